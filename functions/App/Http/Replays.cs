using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.App.Orchestrations;
using Pipeline.App.Replays;
using Pipeline.Contracts;
using Pipeline.Domain.Failures;

namespace Pipeline.App.Http;

/// <summary>POST /api/replays: publishes days again from what was landed, under the contract of now and without asking any source.</summary>
public sealed class Replays(ContractSet contracts, PlanReplays replays)
{
    private static readonly string[] Names = ["dataset", "account", "from", "to"];

    [Function("StartReplay")]
    public async Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/replays")] HttpRequest request, [DurableClient] DurableTaskClient client,
        CancellationToken stopping)
    {
        var faults = new List<string>();
        if (await JsonBody.ReadAsync(request.Body, Names, faults, stopping) is not { } order) return Problems.Of(faults);
        var known = string.Join(", ", contracts.Contracts.Select(contract => contract.Dataset));
        var dataset = JsonBody.Text(order, "dataset", $"one of {known}", faults);
        var account = JsonBody.OptionalText(order, "account", "an account, or leave it out for all", faults);
        var from = JsonBody.Day(order, "from", faults);
        var to = JsonBody.Day(order, "to", faults);
        faults.AddRange(replays.Faults(dataset, account, from, to));
        if (faults.Count > 0) return Problems.Of(faults);
        try
        {
            var plan = await replays.DaysAsync(dataset!, account, from!.Value, to!.Value, stopping);
            if (plan.Publications.Count == 0)
                return Problems.NotFound(
                    $"Nothing of {dataset} is landed from {from:yyyy-MM-dd} to {to:yyyy-MM-dd}, or its replay is under way.");
            var instance = await client.StartPublishingAsync(dataset!, stopping);
            return new AcceptedResult($"/api/publications?dataset={dataset}", new { publications = plan.Publications, instance });
        }
        catch (TerminalException refused)
        {
            return Problems.Conflict(refused.Message);
        }
    }
}
