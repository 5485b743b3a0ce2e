using System.Text.Json.Serialization;
using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>Reads what was landed lately.</summary>
public sealed class SegmentList(NpgsqlDataSource ledger)
{
    /// <summary>The segments of a dataset, the newest first; void ones (ranges that were lost) among them.</summary>
    /// <param name="before">Only those with a smaller id; null for the newest.</param>
    /// <param name="limit">How many at most.</param>
    public Task<List<SegmentEntry>> ReadAsync(string dataset, long? before, int limit, CancellationToken stopping) => ledger.ReadAsync(
        "listing segments", connection => connection.Command(
            """
            SELECT id, shard, lower(positions), upper(positions) - 1, records, raw_bytes, object_bytes, state, publication_id, landed_at,
                object_key
            FROM pipeline.segment WHERE dataset = $1 AND id < coalesce($2::bigint, 9223372036854775807) ORDER BY id DESC LIMIT $3
            """, dataset, before, limit).ListAsync(Read, stopping), stopping);

    private static SegmentEntry Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0), Shard = row.GetString(1), First = row.GetInt64(2), Last = row.GetInt64(3), Records = row.GetInt32(4),
        RawBytes = row.GetInt64(5), ObjectBytes = row.GetInt64(6), State = row.GetString(7), Publication = row.Nullable<long>(8),
        LandedAt = row.GetFieldValue<DateTimeOffset>(9), Key = row.GetString(10),
    };
}

/// <summary>A segment, as <c>pipeline segment list --json</c> prints it.</summary>
public sealed record SegmentEntry
{
    [JsonPropertyName("id")] public required long Id { get; init; }
    [JsonPropertyName("shard")] public required string Shard { get; init; }
    [JsonPropertyName("first")] public required long First { get; init; }
    [JsonPropertyName("last")] public required long Last { get; init; }
    [JsonPropertyName("records")] public required int Records { get; init; }
    [JsonPropertyName("raw_bytes")] public required long RawBytes { get; init; }
    [JsonPropertyName("object_bytes")] public required long ObjectBytes { get; init; }
    [JsonPropertyName("state")] public required string State { get; init; }
    [JsonPropertyName("publication")] public required long? Publication { get; init; }
    [JsonPropertyName("landed_at")] public required DateTimeOffset LandedAt { get; init; }
    [JsonPropertyName("key")] public required string Key { get; init; }
}
