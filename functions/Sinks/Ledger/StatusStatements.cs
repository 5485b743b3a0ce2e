using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>The statements of <see cref="StatusReader"/>, each for all datasets at once.</summary>
internal static class StatusStatements
{
    /// <summary>Counts of each dataset that is named.</summary>
    /// <param name="since">Since when what landed is counted for the rate.</param>
    public static Task<List<DatasetCounts>> CountsAsync(
        NpgsqlConnection connection, string[] datasets, DateTimeOffset since, CancellationToken stopping) =>
        connection.Command(
            """
            SELECT named.dataset, coalesce(records_landed, 0), coalesce(rows_in, 0), coalesce(rows_out, 0), coalesce(rows_duplicate, 0),
                coalesce(rows_rejected, 0), coalesce(open.segments, 0), coalesce(open.records, 0)::bigint, coalesce(open.bytes, 0)::bigint,
                open.oldest, coalesce(recent.records, 0)::bigint, coalesce(recent.bytes, 0)::bigint,
                (SELECT count(*) FROM pipeline.publication WHERE dataset = named.dataset AND state = 'planned'),
                (SELECT count(*) FROM pipeline.publication WHERE dataset = named.dataset AND state = 'failed'),
                coalesce(staged.objects, 0),
                (SELECT max(max_event_time) FROM pipeline.publication WHERE dataset = named.dataset AND state IN ('committed', 'visible')),
                (SELECT max(committed_at) FROM pipeline.publication WHERE dataset = named.dataset)
            FROM unnest($1::text[]) AS named (dataset)
            LEFT JOIN pipeline.dataset_count USING (dataset)
            LEFT JOIN (SELECT dataset, count(*) AS segments, sum(records) AS records, sum(raw_bytes) AS bytes, min(landed_at) AS oldest
                       FROM pipeline.segment WHERE state IN ('landed', 'planned') GROUP BY dataset) AS open USING (dataset)
            LEFT JOIN (SELECT dataset, sum(records) AS records, sum(raw_bytes) AS bytes
                       FROM pipeline.segment WHERE landed_at > $2 AND state <> 'void' GROUP BY dataset) AS recent USING (dataset)
            LEFT JOIN (SELECT dataset, count(*) AS objects
                       FROM pipeline.lake_object WHERE state = 'staged' GROUP BY dataset) AS staged USING (dataset)
            """, datasets, since).ListAsync(row => new DatasetCounts(
                row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6),
                row.GetInt64(7), row.GetInt64(8), row.Nullable<DateTimeOffset>(9), row.GetInt64(10), row.GetInt64(11), row.GetInt64(12),
                row.GetInt64(13), row.GetInt64(14), row.Nullable<DateTimeOffset>(15), row.Nullable<DateTimeOffset>(16)), stopping);

    /// <summary>Refused records by cause, the most first.</summary>
    public static async Task<ILookup<string, RejectionStatus>> RejectionsAsync(
        NpgsqlConnection connection, string[] datasets, CancellationToken stopping) =>
        (await connection.Command(
            """
            SELECT dataset, code, field, records FROM pipeline.cause_count WHERE dataset = ANY($1) ORDER BY records DESC, code, field
            """, (object)datasets)
            .ListAsync(row => (Dataset: row.GetString(0), Status: new RejectionStatus(
                row.GetString(1), row.GetString(2), row.GetInt64(3))), stopping))
        .ToLookup(each => each.Dataset, each => each.Status);

    /// <summary>The latest date partitions of each dataset.</summary>
    public static async Task<ILookup<string, DatePartitionStatus>> DatePartitionsAsync(
        NpgsqlConnection connection, string[] datasets, int limit, CancellationToken stopping) => (await connection.Command(
            """
            SELECT named.dataset, day, objects, rows, bytes FROM unnest($1::text[]) AS named (dataset)
            CROSS JOIN LATERAL (
                SELECT day, objects, rows, bytes FROM pipeline.day_count WHERE dataset = named.dataset ORDER BY day DESC LIMIT $2) AS latest
            """, datasets, limit)
            .ListAsync(row => (Dataset: row.GetString(0), Status: new DatePartitionStatus(
                row.GetFieldValue<DateOnly>(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4))), stopping))
        .ToLookup(each => each.Dataset, each => each.Status);

    /// <summary>Every stream of each dataset.</summary>
    public static async Task<ILookup<string, StreamStatus>> StreamsAsync(
        NpgsqlConnection connection, string[] datasets, CancellationToken stopping) =>
        (await connection.Command(
            """
            SELECT dataset, stream, generation, next_position, stopped_reason FROM pipeline.source_cursor WHERE dataset = ANY($1)
            ORDER BY length(stream), stream
            """, (object)datasets)
            .ListAsync(row => (Dataset: row.GetString(0), Status: new StreamStatus(
                row.GetString(1), row.GetInt32(2), row.Nullable<long>(3), row.Text(4))), stopping))
        .ToLookup(each => each.Dataset, each => each.Status);

    /// <summary>What landed in each hour since an instant; hours in which nothing did are left out.</summary>
    public static async Task<ILookup<string, HourStatus>> HoursAsync(
        NpgsqlConnection connection, string[] datasets, DateTimeOffset since, CancellationToken stopping) => (await connection.Command(
            """
            SELECT dataset, hour, sum(records)::bigint, sum(raw_bytes)::bigint FROM pipeline.landing_hour
            WHERE dataset = ANY($1) AND hour > $2 GROUP BY dataset, hour ORDER BY dataset, hour
            """, datasets, since)
            .ListAsync(row => (Dataset: row.GetString(0), Status: new HourStatus(
                row.GetFieldValue<DateTimeOffset>(1), row.GetInt64(2), row.GetInt64(3))), stopping))
        .ToLookup(each => each.Dataset, each => each.Status);
}

/// <summary>One dataset's counts as the ledger has them.</summary>
internal sealed record DatasetCounts(
    string Dataset, long RecordsLanded, long RowsIn, long RowsOut, long Duplicates, long Rejected, long SegmentsOpen, long RecordsOpen,
    long BytesOpen, DateTimeOffset? OldestOpen, long RecentRecords, long RecentBytes, long PublicationsOpen, long PublicationsFailed,
    long ObjectsStaged, DateTimeOffset? Watermark, DateTimeOffset? LastPublication);
