using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.App.Orchestrations;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Http;

/// <summary>GET /api/backfills?limit=…: those that are on their way, whatever their age, and those of the last 30 days; the newest
/// first.</summary>
public sealed class BackfillList(SliceSources sources, TimeProvider time)
{
    private const int MaxListed = 1000;

    private static readonly TimeSpan Remembered = TimeSpan.FromDays(30);
    private static readonly OrchestrationRuntimeStatus[] Open =
        [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Suspended];

    [Function("ListBackfills")]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/backfills")] HttpRequest request,
        [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        var faults = new List<string>();
        var limit = QueryValues.Limit(request, faults);
        if (faults.Count > 0) return Problems.Of(faults);
        var open = await ReadAsync(client, new(Statuses: Open), stopping);
        var recent = await ReadAsync(client, new(CreatedFrom: time.GetUtcNow() - Remembered), stopping);
        var newest = open.Concat(recent).DistinctBy(each => each.InstanceId).OrderByDescending(each => each.CreatedAt).Take(limit);
        return new JsonResult(new BackfillsAnswer(
            [.. newest.Select(Answer)],
            [.. sources.Names.Select(source => new BackfillSource(
                source, [.. sources.Accounts.Where(each => each.Source == source).Select(each => each.Account)]))]));
    }

    // One that has not begun says nothing of itself yet; its order does.
    private static OrchestrationAnswer Answer(OrchestrationMetadata backfill)
    {
        var answer = OrchestrationAnswer.Of(backfill);
        return answer.Progress is null && backfill.ReadInputAs<BackfillCheckpoint>() is { } order
            ? answer with { Progress = JsonSerializer.SerializeToElement(order.Progress()) } : answer;
    }

    // What a backfill calls can have ids that begin as its own does.
    private static ValueTask<List<OrchestrationMetadata>> ReadAsync(
        DurableTaskClient client, OrchestrationQuery query, CancellationToken stopping) =>
        client.GetAllInstancesAsync(query with { InstanceIdPrefix = BackfillOrder.IdPrefix, FetchInputsAndOutputs = true })
            .Where(instance => instance.Name == nameof(BackfillOrchestration)).Take(MaxListed).ToListAsync(stopping);
}

/// <summary>The body of GET /api/backfills; <c>sources</c> are those a backfill can be started for.</summary>
public sealed record BackfillsAnswer(
    [property: JsonPropertyName("backfills")] IReadOnlyList<OrchestrationAnswer> Backfills,
    [property: JsonPropertyName("sources")] IReadOnlyList<BackfillSource> Sources);

/// <summary>A source that has accounts in the settings.</summary>
public sealed record BackfillSource(
    [property: JsonPropertyName("source")] string Source, [property: JsonPropertyName("accounts")] IReadOnlyList<string> Accounts);
