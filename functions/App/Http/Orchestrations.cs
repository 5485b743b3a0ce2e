using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Pipeline.App.Http;

/// <summary>GET /api/orchestrations?limit=…: what is on its way, the one that began last first; of more than the limit any.</summary>
public sealed class Orchestrations
{
    private const int MaxShown = 100;

    private static readonly OrchestrationRuntimeStatus[] Open =
        [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended];

    [Function("ListOrchestrations")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/orchestrations")] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        var faults = new List<string>();
        var limit = QueryValues.Limit(request, faults, MaxShown);
        if ((string?)request.Query["status"] is not (null or "running")) faults.Add("'status' can be running only; leave it out.");
        if (faults.Count > 0) return Problems.Of(faults);
        var query = new OrchestrationQuery(Statuses: Open, PageSize: limit + 1, FetchInputsAndOutputs: true);
        var found = await client.GetAllInstancesAsync(query).Take(limit + 1).ToListAsync(stopping);
        return new JsonResult(new OrchestrationsAnswer(
            [.. found.Take(limit).OrderByDescending(instance => instance.CreatedAt).Select(OrchestrationAnswer.Of)], found.Count > limit));
    }
}

/// <summary>The body of GET /api/orchestrations.</summary>
/// <param name="More">There are more than were asked for.</param>
public sealed record OrchestrationsAnswer(
    [property: JsonPropertyName("orchestrations")] IReadOnlyList<OrchestrationAnswer> Orchestrations,
    [property: JsonPropertyName("more")] bool More);

/// <summary>An instance; <c>progress</c> is its custom status, null where it has told none.</summary>
public sealed record OrchestrationAnswer(
    [property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("status")] string Status, [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("updated_at")] DateTimeOffset UpdatedAt,
    [property: JsonPropertyName("progress")] JsonElement? Progress, [property: JsonPropertyName("failure")] string? Failure)
{
    /// <summary>What the durable store says of an instance.</summary>
    public static OrchestrationAnswer Of(OrchestrationMetadata instance) => new(
        instance.InstanceId, instance.Name, instance.RuntimeStatus.ToString(), instance.CreatedAt, instance.LastUpdatedAt,
        instance.SerializedCustomStatus is { } status ? JsonElement.Parse(status) : null, instance.FailureDetails?.ErrorMessage);
}
