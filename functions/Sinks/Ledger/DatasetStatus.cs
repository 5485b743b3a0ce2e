using System.Text.Json.Serialization;

namespace Pipeline.Sinks.Ledger;

/// <summary>Where a dataset stands, as <c>/api/status</c> answers it.</summary>
public sealed record DatasetStatus
{
    [JsonPropertyName("dataset")] public required string Dataset { get; init; }
    [JsonPropertyName("records_landed")] public required long RecordsLanded { get; init; }
    [JsonPropertyName("segments_unpublished")] public required long SegmentsUnpublished { get; init; }
    [JsonPropertyName("publications_open")] public required long PublicationsOpen { get; init; }
    [JsonPropertyName("publications_failed")] public required long PublicationsFailed { get; init; }
    [JsonPropertyName("objects_unfinished")] public required long ObjectsUnfinished { get; init; }
    [JsonPropertyName("rows_in")] public required long RowsIn { get; init; }
    [JsonPropertyName("rows_out")] public required long RowsOut { get; init; }
    [JsonPropertyName("duplicates")] public required long Duplicates { get; init; }
    [JsonPropertyName("rejected")] public required long Rejected { get; init; }

    /// <summary>The latest event time that is published; null before the first.</summary>
    [JsonPropertyName("watermark")] public required DateTimeOffset? Watermark { get; init; }

    /// <summary>How long ago that was.</summary>
    [JsonPropertyName("watermark_age_seconds")] public required double? WatermarkAgeSeconds { get; init; }
    [JsonPropertyName("last_publication")] public required DateTimeOffset? LastPublication { get; init; }
    [JsonPropertyName("rate")] public required RateStatus Rate { get; init; }
    [JsonPropertyName("lag")] public required LagStatus Lag { get; init; }

    /// <summary>What landed in the last 24 hours, by the UTC hour; an hour in which nothing did is left out.</summary>
    [JsonPropertyName("hours")] public required IReadOnlyList<HourStatus> Hours { get; init; }
    [JsonPropertyName("rejections")] public required IReadOnlyList<RejectionStatus> Rejections { get; init; }
    [JsonPropertyName("date_partitions")] public required IReadOnlyList<DatePartitionStatus> DatePartitions { get; init; }
    [JsonPropertyName("streams")] public required IReadOnlyList<StreamStatus> Streams { get; init; }
    [JsonPropertyName("table")] public required TableStatus? Table { get; init; }
}

/// <summary>What landed in the last five minutes, a second; bytes are raw.</summary>
public sealed record RateStatus(
    [property: JsonPropertyName("records_per_second")] double RecordsPerSecond,
    [property: JsonPropertyName("bytes_per_second")] double BytesPerSecond);

/// <summary>What is landed and not published: records, raw bytes, and since when the oldest of it waits; null when nothing does.</summary>
public sealed record LagStatus(
    [property: JsonPropertyName("records")] long Records, [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("oldest_landed_at")] DateTimeOffset? OldestLandedAt,
    [property: JsonPropertyName("oldest_age_seconds")] double? OldestAgeSeconds);

/// <summary>What landed in one hour; bytes are raw.</summary>
public sealed record HourStatus(
    [property: JsonPropertyName("hour")] DateTimeOffset Hour, [property: JsonPropertyName("records")] long Records,
    [property: JsonPropertyName("bytes")] long Bytes);

/// <summary>Refused records by cause.</summary>
public sealed record RejectionStatus(
    [property: JsonPropertyName("code")] string Code, [property: JsonPropertyName("field")] string Field,
    [property: JsonPropertyName("records")] long Records);

/// <summary>What one date partition holds.</summary>
public sealed record DatePartitionStatus(
    [property: JsonPropertyName("date")] DateOnly Date, [property: JsonPropertyName("objects")] long Objects,
    [property: JsonPropertyName("rows")] long Rows, [property: JsonPropertyName("bytes")] long Bytes);

/// <summary>Where a stream stands; <c>stopped</c> is the reason, null while it is active.</summary>
public sealed record StreamStatus(
    [property: JsonPropertyName("stream")] string Stream, [property: JsonPropertyName("generation")] int Generation,
    [property: JsonPropertyName("next_position")] long? NextPosition, [property: JsonPropertyName("stopped")] string? Stopped);

/// <summary>The warehouse table; above 200,000 rows the planner's estimate.</summary>
public sealed record TableStatus([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("rows")] long Rows);
