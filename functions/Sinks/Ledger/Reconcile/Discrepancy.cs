using System.Text.Json.Serialization;

namespace Pipeline.Sinks.Ledger.Reconcile;

/// <summary>A place where the ledger and the world do not agree.</summary>
/// <param name="Code">What it is, for programs: <c>object_missing</c>.</param>
/// <param name="Subject">Which object, shard, publication or table.</param>
/// <param name="What">What is so, as a sentence.</param>
/// <param name="Remedy">What to do.</param>
public sealed record Discrepancy(
    [property: JsonPropertyName("dataset")] string Dataset,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("subject")] string Subject,
    [property: JsonPropertyName("what")] string What,
    [property: JsonPropertyName("remedy")] string Remedy);

/// <summary>What is compared.</summary>
/// <param name="From">First day of date partitions, slices and landings; null for all.</param>
/// <param name="To">Last day, included; null for all.</param>
/// <param name="Deep">Objects are read and hashed, not only looked for.</param>
/// <param name="Looked">Told of every object that was compared, with its bytes.</param>
public sealed record ReconcileOrder(DateOnly? From, DateOnly? To, bool Deep, Action<long> Looked);
