using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Publishing;

namespace Pipeline.Transforms.Quarantine;

/// <summary>Opens some refused records and shows them masked (<see cref="RecordMask"/>).</summary>
public sealed class QuarantineSamples(PublicationStores stores, ISealer sealer)
{
    /// <summary>The first records of a cause in publications' quarantine objects.</summary>
    /// <param name="publications">Where to look, in this order.</param>
    /// <param name="code">One code; null for any.</param>
    /// <param name="field">One field; null for any.</param>
    /// <param name="limit">How many at most.</param>
    /// <exception cref="Pipeline.Domain.Failures.TerminalException">Another key sealed a record.</exception>
    public async Task<IReadOnlyList<SampledRecord>> ReadAsync(
        DatasetContract contract, IReadOnlyList<long> publications, string? code, string? field, int limit, CancellationToken stopping)
    {
        var found = new List<SampledRecord>();
        var masks = new Dictionary<SourceKind, RecordMask>();
        foreach (var publication in publications)
        {
            await foreach (var line in QuarantineReader.LinesAsync(stores.Quarantine, contract.Dataset, publication, stopping))
            {
                if (found.Count == limit) return found;
                using var json = JsonDocument.Parse(line);
                if (IsWanted(json.RootElement, code, field)) found.Add(Open(contract, masks, publication, json.RootElement));
            }
        }
        return found;
    }

    private static bool IsWanted(JsonElement refused, string? code, string? field)
    {
        var ofRecord = refused.GetProperty("code").GetString();
        return ofRecord != RejectionCode.Filtered.Text() && (code is null || code == ofRecord)
            && (field is null || field == refused.GetProperty("field").GetString());
    }

    private SampledRecord Open(DatasetContract contract, Dictionary<SourceKind, RecordMask> masks, long publication, JsonElement refused)
    {
        var (shard, position) = (refused.GetProperty("shard").GetString()!, refused.GetProperty("position").GetInt64());
        string? shown = null;
        if (refused.GetProperty("sealed").GetString() is { } text)
        {
            var record = sealer.Unseal(Convert.FromBase64String(text), QuarantineWriter.ContextOf(shard, position));
            shown = MaskOf(contract, masks, shard).Show(record);
        }
        return new(
            publication, refused.GetProperty("code").GetString()!, refused.GetProperty("field").GetString()!,
            refused.GetProperty("message").GetString()!, shard, position, refused.GetProperty("bytes").GetInt64(), shown);
    }

    private static RecordMask MaskOf(DatasetContract contract, Dictionary<SourceKind, RecordMask> masks, string shard)
    {
        var generation = shard.LastIndexOf("-g", StringComparison.Ordinal);
        var kind = contract.SourceOf(new Shard(generation < 0 ? shard : shard[..generation], 1)).Kind;
        if (!masks.TryGetValue(kind, out var mask)) masks.Add(kind, mask = new(contract.For(kind)));
        return mask;
    }
}

/// <summary>A refused record as people may see it.</summary>
/// <param name="Bytes">As delivered.</param>
/// <param name="Record">Masked; null for a record without a value.</param>
public sealed record SampledRecord(
    [property: JsonPropertyName("publication")] long Publication, [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("field")] string Field, [property: JsonPropertyName("message")] string Message,
    [property: JsonPropertyName("shard")] string Shard, [property: JsonPropertyName("position")] long Position,
    [property: JsonPropertyName("bytes")] long Bytes, [property: JsonPropertyName("record")] string? Record);
