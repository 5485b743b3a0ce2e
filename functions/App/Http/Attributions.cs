using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.App.Orchestrations;

namespace Pipeline.App.Http;

/// <summary>POST /api/attributions: computes days again whether their rows changed or not, as after a change of the look-backs.</summary>
public sealed class Attributions
{
    private static readonly string[] Names = ["from", "to"];

    [Function("StartAttribution")]
    public async Task<IActionResult> StartAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/attributions")] HttpRequest request,
        [DurableClient] DurableTaskClient client,
        CancellationToken stopping)
    {
        var faults = new List<string>();
        if (await JsonBody.ReadAsync(request.Body, Names, faults, stopping) is not { } order) return Problems.Of(faults);
        var from = JsonBody.Day(order, "from", faults);
        var to = JsonBody.Day(order, "to", faults);
        if (from > to) faults.Add($"'from' ({from:yyyy-MM-dd}) is after 'to' ({to:yyyy-MM-dd}).");
        if (faults.Count > 0) return Problems.Of(faults);
        const string Instance = AttributionRequest.Instance;
        if (await client.GetInstanceAsync(Instance, stopping) is { IsCompleted: false })
            return Problems.Conflict("An attribution run is on its way; ask again when it has ended.");
        await client.StartUnlessRunningAsync(nameof(AttributionOrchestration), Instance, new AttributionRequest(from, to), stopping);
        return new AcceptedResult("/api/orchestrations", new { id = Instance });
    }
}
