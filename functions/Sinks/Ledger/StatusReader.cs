using System.Text.Json.Serialization;
using Npgsql;
using Pipeline.Domain.Datasets;

namespace Pipeline.Sinks.Ledger;

/// <summary>Reads from the ledger what an operator wants to see first.</summary>
public sealed class StatusReader(NpgsqlDataSource ledger)
{
    private const int DatePartitionsShown = 60;

    /// <summary>Where a dataset stands.</summary>
    public async Task<DatasetStatus> ReadAsync(DatasetContract contract, CancellationToken stopping)
    {
        await using var connection = await ledger.OpenConnectionAsync(stopping);
        var rows = await OneAsync(connection, """
            SELECT coalesce(sum(rows_in), 0)::bigint, coalesce(sum(rows_out), 0)::bigint, coalesce(sum(rows_duplicate), 0)::bigint,
                   coalesce(sum(rows_rejected), 0)::bigint, max(max_event_time), max(committed_at)
            FROM pipeline.publication WHERE dataset = $1 AND state IN ('committed', 'visible')
            """, contract, row => new Totals(
                row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), Instant(row, 4), Instant(row, 5)), stopping);
        var open = await OneAsync(connection, """
            SELECT (SELECT coalesce(sum(records), 0)::bigint FROM pipeline.segment WHERE dataset = $1),
                   (SELECT count(*) FROM pipeline.segment WHERE dataset = $1 AND state IN ('landed', 'planned')),
                   (SELECT count(*) FROM pipeline.publication WHERE dataset = $1 AND state = 'planned'),
                   (SELECT count(*) FROM pipeline.lake_object WHERE dataset = $1 AND state = 'staged'),
                   (SELECT count(*) FROM pipeline.publication WHERE dataset = $1 AND state = 'failed')
            """, contract, row => new Open(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)), stopping);
        return new DatasetStatus
        {
            Dataset = contract.Dataset,
            RecordsLanded = open.RecordsLanded,
            SegmentsUnpublished = open.Segments,
            PublicationsOpen = open.Publications,
            PublicationsFailed = open.Failed,
            ObjectsUnfinished = open.Objects,
            RowsIn = rows.In,
            RowsOut = rows.Out,
            Duplicates = rows.Duplicates,
            Rejected = rows.Rejected,
            Watermark = rows.Watermark,
            LastPublication = rows.LastPublication,
            Rejections = await RejectionsAsync(connection, contract, stopping),
            DatePartitions = await DatePartitionsAsync(connection, contract, stopping),
            Streams = await StreamsAsync(connection, contract, stopping),
            Table = contract.Table is null ? null : await TableAsync(connection, contract.Table.Name, stopping),
        };
    }

    /// <summary>Alerts that nobody has resolved.</summary>
    public async Task<long> OpenAlertsAsync(CancellationToken stopping)
    {
        await using var count = ledger.CreateCommand("SELECT count(*) FROM pipeline.alert WHERE resolved_at IS NULL");
        return (long)(await count.ExecuteScalarAsync(stopping))!;
    }

    private static Task<IReadOnlyList<RejectionStatus>> RejectionsAsync(
        NpgsqlConnection connection, DatasetContract contract, CancellationToken stopping) => ManyAsync(connection, """
            SELECT r.code, r.field, sum(r.records)::bigint
            FROM pipeline.rejection r JOIN pipeline.publication p ON p.id = r.publication_id
            WHERE p.dataset = $1 AND p.state IN ('committed', 'visible') AND r.state <> 'replayed'
            GROUP BY r.code, r.field ORDER BY 3 DESC, 1, 2
            """, contract, row => new RejectionStatus(row.GetString(0), row.GetString(1), row.GetInt64(2)), stopping);

    private static Task<IReadOnlyList<DatePartitionStatus>> DatePartitionsAsync(
        NpgsqlConnection connection, DatasetContract contract, CancellationToken stopping) => ManyAsync(connection, $"""
            SELECT date_partition, count(*), sum(rows)::bigint, sum(bytes)::bigint
            FROM pipeline.lake_object WHERE dataset = $1 AND role = 'data' AND state IN ('staged', 'visible') AND date_partition IS NOT NULL
            GROUP BY date_partition ORDER BY date_partition DESC LIMIT {DatePartitionsShown}
            """, contract, row => new DatePartitionStatus(row.GetFieldValue<DateOnly>(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), stopping);

    private static Task<IReadOnlyList<StreamStatus>> StreamsAsync(
        NpgsqlConnection connection, DatasetContract contract, CancellationToken stopping) => ManyAsync(connection, """
            SELECT stream, generation, next_position, stopped_reason FROM pipeline.source_cursor WHERE dataset = $1
            ORDER BY length(stream), stream
            """, contract, row => new StreamStatus(
                row.GetString(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetInt64(2), row.IsDBNull(3) ? null : row.GetString(3)), stopping);

    // Counting a large table takes as long as reading it; above a million rows the planner's estimate must do.
    private static async Task<TableStatus> TableAsync(NpgsqlConnection connection, string table, CancellationToken stopping)
    {
        var name = $"warehouse.{table}";
        await using var estimate = new NpgsqlCommand("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass($1)", connection)
        {
            Parameters = { new() { Value = name } },
        };
        // The first publication makes the table.
        if (await estimate.ExecuteScalarAsync(stopping) is not long rows) return new(name, 0);
        if (rows > 1_000_000) return new(name, rows);
        await using var count = new NpgsqlCommand($"SELECT count(*) FROM warehouse.{new NpgsqlCommandBuilder().QuoteIdentifier(table)}", connection);
        return new(name, (long)(await count.ExecuteScalarAsync(stopping))!);
    }

    private static async Task<T> OneAsync<T>(
        NpgsqlConnection connection, string sql, DatasetContract contract, Func<NpgsqlDataReader, T> read, CancellationToken stopping) =>
        (await ManyAsync(connection, sql, contract, read, stopping))[0];

    private static async Task<IReadOnlyList<T>> ManyAsync<T>(
        NpgsqlConnection connection, string sql, DatasetContract contract, Func<NpgsqlDataReader, T> read, CancellationToken stopping)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = contract.Dataset } } };
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var found = new List<T>();
        while (await reader.ReadAsync(stopping)) found.Add(read(reader));
        return found;
    }

    private static DateTimeOffset? Instant(NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);

    private sealed record Totals(long In, long Out, long Duplicates, long Rejected, DateTimeOffset? Watermark, DateTimeOffset? LastPublication);

    private sealed record Open(long RecordsLanded, long Segments, long Publications, long Objects, long Failed);
}

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
    [JsonPropertyName("watermark")] public required DateTimeOffset? Watermark { get; init; }
    [JsonPropertyName("last_publication")] public required DateTimeOffset? LastPublication { get; init; }
    [JsonPropertyName("rejections")] public required IReadOnlyList<RejectionStatus> Rejections { get; init; }
    [JsonPropertyName("date_partitions")] public required IReadOnlyList<DatePartitionStatus> DatePartitions { get; init; }
    [JsonPropertyName("streams")] public required IReadOnlyList<StreamStatus> Streams { get; init; }
    [JsonPropertyName("table")] public required TableStatus? Table { get; init; }
}

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

/// <summary>The warehouse table; above a million rows the planner's estimate.</summary>
public sealed record TableStatus([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("rows")] long Rows);
