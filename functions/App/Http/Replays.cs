using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.App.Orchestrations;
using Pipeline.Contracts;
using Pipeline.Domain.Ports;

namespace Pipeline.App.Http;

/// <summary>POST /api/replays: publishes slices again from their landed pages, under the contract of now and without asking the provider.</summary>
public sealed class Replays(ContractSet contracts, IPublicationLedger ledger)
{
    private static readonly string[] Names = ["dataset", "account", "from", "to"];

    [Function("StartReplay")]
    public async Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/replays")] HttpRequest request, [DurableClient] DurableTaskClient client,
        CancellationToken stopping)
    {
        var faults = new List<string>();
        if (await JsonBody.ReadAsync(request.Body, Names, faults, stopping) is not { } order) return Problems.Of(faults);
        var known = contracts.Contracts.Where(contract => contract.IsReplaceable()).Select(contract => contract.Dataset).ToArray();
        var dataset = JsonBody.Text(order, "dataset", $"one of {string.Join(", ", known)}", faults);
        if (dataset is not null && !known.Contains(dataset)) faults.Add($"'dataset' is '{dataset}'; write one of {string.Join(", ", known)}.");
        var account = JsonBody.OptionalText(order, "account", "an account, or leave it out for all", faults);
        var from = JsonBody.Day(order, "from", faults);
        var to = JsonBody.Day(order, "to", faults);
        if (from > to) faults.Add($"'from' ({from:yyyy-MM-dd}) is after 'to' ({to:yyyy-MM-dd}).");
        if (faults.Count > 0) return Problems.Of(faults);

        var plans = await ledger.PlanReplayAsync(dataset!, contracts.Named(dataset!).Version, account, from!.Value, to!.Value, stopping);
        if (plans.Count == 0) return Problems.NotFound($"Nothing of {dataset} is landed from {from:yyyy-MM-dd} to {to:yyyy-MM-dd}.");
        var instance = await client.StartPublishingAsync(dataset!, stopping);
        return new AcceptedResult($"/api/publications?dataset={dataset}", new { publications = plans.Select(plan => plan.Id), instance });
    }
}
