using System.Data;
using Npgsql;
using Pipeline.Domain.Datasets;

namespace Pipeline.Sinks.Ledger;

/// <summary>Reads from the ledger what an operator wants to see first. No statement's cost grows with history: sums are kept by triggers
/// (0014), what is open has partial indexes, and the rest looks at the last minutes or hours.</summary>
public sealed class StatusReader(NpgsqlDataSource ledger, TimeProvider time)
{
    private const int DatePartitionsShown = 60;
    private const int RowsCounted = 200_000;

    private static readonly TimeSpan RateWindow = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan HoursShown = TimeSpan.FromHours(24);

    /// <summary>Where a dataset stands.</summary>
    public async Task<DatasetStatus> ReadAsync(DatasetContract contract, CancellationToken stopping) =>
        (await ReadAsync([contract], stopping))[0];

    /// <summary>Where datasets stand at one instant, in their order.</summary>
    public async Task<IReadOnlyList<DatasetStatus>> ReadAsync(IReadOnlyList<DatasetContract> contracts, CancellationToken stopping)
    {
        var (now, names) = (time.GetUtcNow(), contracts.Select(contract => contract.Dataset).ToArray());
        await using var connection = await ledger.OpenConnectionAsync(stopping);
        // One snapshot: positions that landed between two statements would stand beside counts that do not have them yet.
        await using var snapshot = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stopping);
        var counts = (await StatusStatements.CountsAsync(connection, names, now - RateWindow, stopping)).ToDictionary(each => each.Dataset);
        var rejections = await StatusStatements.RejectionsAsync(connection, names, stopping);
        var days = await StatusStatements.DatePartitionsAsync(connection, names, DatePartitionsShown, stopping);
        var streams = await StatusStatements.StreamsAsync(connection, names, stopping);
        var hours = await StatusStatements.HoursAsync(connection, names, now - HoursShown, stopping);
        var statuses = new List<DatasetStatus>();
        foreach (var contract in contracts)
        {
            var held = counts[contract.Dataset];
            statuses.Add(new()
            {
                Dataset = contract.Dataset,
                RecordsLanded = held.RecordsLanded,
                SegmentsUnpublished = held.SegmentsOpen,
                PublicationsOpen = held.PublicationsOpen,
                PublicationsFailed = held.PublicationsFailed,
                ObjectsUnfinished = held.ObjectsStaged,
                RowsIn = held.RowsIn,
                RowsOut = held.RowsOut,
                Duplicates = held.Duplicates,
                Rejected = held.Rejected,
                Watermark = held.Watermark,
                WatermarkAgeSeconds = Age(held.Watermark, now),
                LastPublication = held.LastPublication,
                Rate = new(held.RecentRecords / RateWindow.TotalSeconds, held.RecentBytes / RateWindow.TotalSeconds),
                Lag = new(held.RecordsOpen, held.BytesOpen, held.OldestOpen, Age(held.OldestOpen, now)),
                Hours = [.. hours[contract.Dataset]],
                Rejections = [.. rejections[contract.Dataset]],
                DatePartitions = [.. days[contract.Dataset]],
                Streams = [.. streams[contract.Dataset]],
                Table = contract.Table is null ? null : await TableAsync(connection, contract.Table.Name, stopping),
            });
        }
        return statuses;
    }

    /// <summary>Alerts that nobody has resolved.</summary>
    public async Task<long> OpenAlertsAsync(CancellationToken stopping)
    {
        await using var count = ledger.CreateCommand("SELECT count(*) FROM pipeline.alert WHERE resolved_at IS NULL");
        return (long)(await count.ExecuteScalarAsync(stopping))!;
    }

    private static double? Age(DateTimeOffset? instant, DateTimeOffset now) =>
        instant is { } then ? Math.Max(0, (now - then).TotalSeconds) : null;

    // Counting a large table takes as long as reading it; above some rows the planner's estimate must do.
    private static async Task<TableStatus> TableAsync(NpgsqlConnection connection, string table, CancellationToken stopping)
    {
        var name = $"warehouse.{table}";
        await using var estimate = new NpgsqlCommand("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass($1)", connection)
        {
            Parameters = { new() { Value = name } },
        };
        // The first publication makes the table.
        if (await estimate.ExecuteScalarAsync(stopping) is not long rows) return new(name, 0);
        if (rows > RowsCounted) return new(name, rows);
        var quoted = new NpgsqlCommandBuilder().QuoteIdentifier(table);
        await using var count = new NpgsqlCommand($"SELECT count(*) FROM warehouse.{quoted}", connection);
        return new(name, (long)(await count.ExecuteScalarAsync(stopping))!);
    }
}
