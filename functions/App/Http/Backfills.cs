using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.App.Orchestrations;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Http;

/// <summary>POST /api/backfills, and what becomes of one.</summary>
public sealed class Backfills(SliceSources sources, TimeProvider time)
{
    [Function("StartBackfill")]
    public async Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/backfills")] HttpRequest request, [DurableClient] DurableTaskClient client,
        CancellationToken stopping)
    {
        var (order, faults) = await BackfillOrder.ReadAsync(request.Body, sources, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), stopping);
        if (order is null) return Problems.Of(faults);
        var id = await client.ScheduleNewOrchestrationInstanceAsync(
            nameof(BackfillOrchestration), order, new StartOrchestrationOptions($"{BackfillOrder.IdPrefix}{Guid.NewGuid():N}"), stopping);
        return new AcceptedResult($"/api/backfills/{id}", new { id });
    }

    [Function("GetBackfill")]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/backfills/{id}")] HttpRequest request, string id,
        [DurableClient] DurableTaskClient client, CancellationToken stopping) =>
        await FindAsync(client, id, stopping) is not { } found ? Problems.NotFound($"There is no backfill '{id}'.")
            : new JsonResult(new
            {
                id, status = found.RuntimeStatus.ToString(), created_at = found.CreatedAt, updated_at = found.LastUpdatedAt,
                progress = found.SerializedCustomStatus is { } status ? JsonDocument.Parse(status).RootElement : default(JsonElement?),
                failure = found.FailureDetails?.ErrorMessage,
            });

    [Function("CancelBackfill")]
    public async Task<IActionResult> CancelAsync(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/backfills/{id}")] HttpRequest request, string id,
        [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        if (await FindAsync(client, id, stopping) is not { } found) return Problems.NotFound($"There is no backfill '{id}'.");
        if (!found.IsCompleted) await client.TerminateInstanceAsync(id, new TerminateInstanceOptions("cancelled", Recursive: true), stopping);
        return new AcceptedResult($"/api/backfills/{id}", new { id });
    }

    private static async Task<OrchestrationMetadata?> FindAsync(DurableTaskClient client, string id, CancellationToken stopping) =>
        await client.GetInstanceAsync(id, getInputsAndOutputs: true, stopping) is { Name: nameof(BackfillOrchestration) } found ? found : null;
}

/// <summary>The body of POST /api/backfills: <c>{ "source": "facebook", "accounts": ["1"], "from": "2026-09-01", "to": "2026-09-30" }</c>.</summary>
internal static class BackfillOrder
{
    /// <summary>What the instances' ids begin with, so that they can be listed.</summary>
    public const string IdPrefix = "backfill-";

    private static readonly string[] Names = ["source", "accounts", "from", "to"];

    /// <summary>Reads and checks it; every fault is told at once.</summary>
    /// <param name="today">The UTC day.</param>
    public static async Task<(BackfillCheckpoint? Order, IReadOnlyList<string> Faults)> ReadAsync(
        Stream body, SliceSources sources, DateOnly today, CancellationToken stopping)
    {
        var faults = new List<string>();
        if (await JsonBody.ReadAsync(body, Names, faults, stopping) is not { } order) return (null, faults);
        var source = JsonBody.Text(order, "source", $"one of {string.Join(", ", sources.Names)}", faults);
        if (source is not null && !sources.Names.Contains(source))
            faults.Add($"'source' is '{source}'; write one that has accounts in the settings: {string.Join(", ", sources.Names)}.");
        var from = JsonBody.Day(order, "from", faults);
        var to = JsonBody.Day(order, "to", faults);
        if (from > to) faults.Add($"'from' ({from:yyyy-MM-dd}) is after 'to' ({to:yyyy-MM-dd}).");
        if (to >= today) faults.Add($"'to' is {to:yyyy-MM-dd}, a day that is not over; the daily run extracts it when it is.");
        var known = sources.Accounts.Where(each => each.Source == source).Select(each => each.Account).ToArray();
        var accounts = JsonBody.Texts(order, "accounts", faults) ?? known;
        if (source is not null)
            faults.AddRange(accounts.Except(known).Select(account => $"'accounts' names '{account}'; the settings have {string.Join(", ", known)}."));
        return faults.Count > 0 ? (null, faults) : (new(source!, accounts, from!.Value, to!.Value), []);
    }
}
