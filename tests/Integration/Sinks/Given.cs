using System.Text;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Parquet.Columns;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms;

namespace Pipeline.Tests.Integration.Sinks;

/// <summary>Valid things to start a test from.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static readonly DatasetContract Orders = new()
    {
        Dataset = "orders",
        Version = 1,
        Source = new(SourceKind.Kafka, "orders", RecordFormat.Json),
        Columns =
        [
            new("order_id", new(ColumnKind.String), ["id"], Required: true),
            new("updated_at", new(ColumnKind.Timestamp), ["updated_at"], Required: true),
            new("SKU", new(ColumnKind.String), ["sku"]),
            new("amount", new(ColumnKind.Decimal, 18, 4), ["amount"]),
        ],
        Lake = new([], [], LakeCodec.Zstd),
        Table = new("orders", ["order_id"], "updated_at"),
    };

    /// <summary>A data source over an empty database with the ledger's schema.</summary>
    public static async Task<NpgsqlDataSource> LedgerAsync(this Pipeline.Tests.Servers.PostgresServer postgres)
    {
        var source = NpgsqlDataSource.Create(postgres.CreateDatabase());
        await LedgerMigrations.ApplyAsync(source, new Clock(), TestContext.Current.CancellationToken);
        return source;
    }

    public static SegmentDraft Draft(ShardClaim claim, long first, long next, int? records = null, string dataset = "orders") => new(
        dataset, claim.Shard, new(first, next), claim.Epoch, SegmentDraft.KeyOf(dataset, claim.Shard, new(first, next), claim.Epoch),
        records ?? (int)(next - first), RawBytes: 100 * (next - first), ObjectBytes: 10 * (next - first), LastTimestampMs: next);

    /// <summary>Claims one stream and lands one segment of so many records on it.</summary>
    public static async Task<SegmentDraft> LandAsync(NpgsqlDataSource source, int records, string stream = "orders-0")
    {
        var ledger = new LandingLedger(source, new Clock());
        var claim = (await ledger.ClaimAsync("orders", [stream], TestContext.Current.CancellationToken))[0];
        var draft = Draft(claim, claim.NextPosition ?? 0, (claim.NextPosition ?? 0) + records);
        Assert.Empty(await ledger.LandAsync([draft], TestContext.Current.CancellationToken));
        return draft;
    }

    /// <summary>Lands so many records and plans them as one publication.</summary>
    public static async Task<PublicationPlan> PlannedAsync(NpgsqlDataSource source, int records)
    {
        await LandAsync(source, records);
        return (await new PublicationLedger(source, new Clock()).PlanAsync("orders", 1, long.MaxValue, 1, TestContext.Current.CancellationToken))[0];
    }

    /// <summary>A result that accounts for so many rows in one object.</summary>
    public static PublicationResult Result(long rows, params PublishedObject[] objects) => new(
        new(rows, rows, 0, 0), objects.Length > 0 || rows == 0 ? objects : [Object($"orders/{Guid.NewGuid():N}.parquet", rows)], [],
        new Dictionary<string, long>(), Noon, Noon);

    public static PublishedObject Object(string key, long rows, string uploadId = "upload") =>
        new(new(key, uploadId, ["tag1", "tag2"], 42, new string('a', 64)), ObjectRole.Data, new DateOnly(2026, 11, 20), rows);

    /// <summary>An alert that says all that one must.</summary>
    public static Alert Alert(
        string code, string subject, AlertSeverity severity = AlertSeverity.Critical, string dataset = "orders", string text = "Seen.") =>
        new(severity, dataset, code, subject, text) { Since = null, Expected = "something else", Seen = "this", Query = "SELECT 1" };

    /// <summary>Rows of <see cref="Orders"/>.</summary>
    public static RecordBatch Batch(IEnumerable<Order> orders, string stream = "orders-0")
    {
        var batch = new RecordBatch([new Utf8Column(), new FixedColumn<long>(), new Utf8Column(), new FixedColumn<Int128>()]) { Shard = new(stream, 1) };
        foreach (var order in orders)
        {
            ((Utf8Column)batch.Columns[0]).Append(Encoding.UTF8.GetBytes(order.Id));
            ((FixedColumn<long>)batch.Columns[1]).Append(order.UpdatedMicros);
            if (order.Sku is null) batch.Columns[2].AppendNull();
            else ((Utf8Column)batch.Columns[2]).Append(Encoding.UTF8.GetBytes(order.Sku));
            ((FixedColumn<Int128>)batch.Columns[3]).Append(order.Amount);
            batch.Positions.Append(order.Position);
        }
        return batch;
    }

    public static async Task<List<T>> QueryAsync<T>(NpgsqlDataSource source, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.Command(sql).ListAsync(read, TestContext.Current.CancellationToken);
    }

    public static Task<List<string>> LinesAsync(NpgsqlDataSource source, string sql) => QueryAsync(source, sql, row =>
        string.Join('|', Enumerable.Range(0, row.FieldCount).Select(i => row.IsDBNull(i) ? "null" : Convert.ToString(row.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));

    public static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

/// <summary>A row of <see cref="Given.Orders"/>; the amount is unscaled.</summary>
internal sealed record Order(string Id, long UpdatedMicros, string? Sku, Int128 Amount, long Position);

/// <summary>A clock that stands still until it is set.</summary>
internal sealed class Clock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = Given.Noon;

    public override DateTimeOffset GetUtcNow() => Now;
}
