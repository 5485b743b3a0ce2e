using System.Globalization;
using System.Numerics;
using System.Text;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Servers;
using Pipeline.Transforms;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class StagingTableTests(PostgresServer postgres)
{
    private static readonly DatasetContract Everything = Given.Orders with
    {
        Columns =
        [
            new("k", new(ColumnKind.Int64), ["k"], Required: true), new("s", new(ColumnKind.String), ["s"]), new("i", new(ColumnKind.Int64), ["i"]),
            new("f", new(ColumnKind.Float64), ["f"]), new("d", new(ColumnKind.Decimal, 38, 10), ["d"]), new("b", new(ColumnKind.Bool), ["b"]),
            new("t", new(ColumnKind.Timestamp), ["t"]), new("day", new(ColumnKind.Date), ["day"]), new("j", new(ColumnKind.Json), ["j"]),
        ],
        Table = new("everything", ["k"], "k"),
    };

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nulls_and_extremes_of_every_type_arrive_as_they_are()
    {
        var batch = EmptyBatch();
        Append(batch, 1, "", long.MinValue, double.MinValue, Int128.Parse("-99999999999999999999999999999999999999", CultureInfo.InvariantCulture), false, -62135596800000000, -719162, "{}");
        Append(batch, 2, new string('€', 300_000), long.MaxValue, double.Epsilon, Int128.Parse("99999999999999999999999999999999999999", CultureInfo.InvariantCulture), true, 253402300799999999, 2932896, """{"a":[1,"ü"]}""");
        Append(batch, 3, "tab\t\\N\nline", 0, -0.0, 0, true, 0, 0, "null");
        ((FixedColumn<long>)batch.Columns[0]).Append(4);
        foreach (var column in batch.Columns.Skip(1)) column.AppendNull();
        batch.Positions.Append(4);

        Assert.Equal(
        [
            "1|0|-9223372036854775808|-1.7976931348623157e+308|-9999999999999999999999999999.9999999999|false|0001-01-01 00:00:00|0001-01-01|{}",
            "2|300000|9223372036854775807|5e-324|9999999999999999999999999999.9999999999|true|9999-12-31 23:59:59.999999|9999-12-31|{\"a\": [1, \"ü\"]}",
            "3|11|0|-0|0.0000000000|true|1970-01-01 00:00:00|1970-01-01|null",
            "4|null|null|null|null|null|null|null|null",
        ], await MergedAsync(batch,
            "SELECT k, length(s), i, f::text, d::text, b::text, (t AT TIME ZONE 'UTC')::text, day::text, j::text FROM warehouse.everything ORDER BY k"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(10)]
    [InlineData(37)]
    [InlineData(38)]
    public async Task Decimals_of_every_length_and_scale_arrive_exactly(int scale)
    {
        var random = new Random(scale);
        var values = Enumerable.Range(1, 38).SelectMany(digits => (Int128[])
        [
            Int128.Parse(new string('9', digits), CultureInfo.InvariantCulture), -Int128.Parse("1" + new string('0', digits - 1), CultureInfo.InvariantCulture),
            Int128.Parse(string.Concat(Enumerable.Range(0, digits).Select(_ => random.Next(1, 10))), CultureInfo.InvariantCulture),
        ]).ToArray();
        var contract = Everything with { Columns = [Everything.Columns[0], new("d", new(ColumnKind.Decimal, 38, scale), ["d"])] };
        var batch = new RecordBatch([new FixedColumn<long>(), new FixedColumn<Int128>()]) { Shard = new("orders-0", 1) };
        foreach (var value in values)
        {
            ((FixedColumn<long>)batch.Columns[0]).Append(batch.Rows);
            ((FixedColumn<Int128>)batch.Columns[1]).Append(value);
            batch.Positions.Append(batch.Rows);
        }
        var unscaled = await MergedAsync(batch, $"SELECT trim_scale(d * 1e{scale})::text FROM warehouse.everything ORDER BY k", contract);
        Assert.Equal(values.Select(value => ((BigInteger)value).ToString(CultureInfo.InvariantCulture)), unscaled);
    }

    [Fact]
    public async Task Instants_and_days_beyond_PostgreSQL_are_named_and_left_out()
    {
        await using var source = await postgres.LedgerAsync();
        var batch = EmptyBatch();
        Append(batch, 1, "", 0, 0, 0, false, long.MinValue, 0, "1");
        Append(batch, 2, "", 0, 0, 0, false, long.MaxValue, int.MaxValue, "1");
        Append(batch, 3, "", 0, 0, 0, false, long.MaxValue, 2_145_042_905, "1");
        await using var connection = await source.OpenConnectionAsync(stopping);
        using var staging = await StagingTable.BeginAsync(connection, new MergeSql(TableShape.Of(Everything)!), Everything.Columns, stopping);
        await staging.WriteAsync(batch, stopping);
        await staging.EndAsync(stopping);
        Assert.Equal([(1L, "SQLSTATE 22008 column t"), (2L, "SQLSTATE 22008 column day")], staging.Misfits.Select(row => (row.Position, row.Reason)));
        Assert.Equal([1L], await connection.Command("SELECT count(*) FROM pg_temp._staging").ListAsync(row => row.GetInt64(0), stopping));
    }

    [Fact]
    public async Task Json_that_jsonb_refuses_costs_its_row_and_not_the_batch()
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, 2);
        var batch = EmptyBatch();
        Append(batch, 0, "", 0, 0, 0, false, 0, 0, "1");
        Append(batch, 1, "", 0, 0, 0, false, 0, 0, "1e999999");
        await using var session = (await new PublicationSessions(source, new Clock()).BeginAsync(plan.Id, Everything, stopping))!;
        await session.StageAsync(batch, stopping);
        var refused = await Assert.ThrowsAsync<Transforms.Ports.RowsRefusedException>(() => session.CommitAsync(Given.Result(2), stopping));
        Assert.Equal((1, "SQLSTATE 22003"), (Assert.Single(refused.Rows).Position, refused.Rows[0].Reason));
    }

    private async Task<List<string>> MergedAsync(RecordBatch batch, string query, DatasetContract? contract = null)
    {
        await using var source = await postgres.LedgerAsync();
        var plan = await Given.PlannedAsync(source, batch.Rows);
        await using var session = (await new PublicationSessions(source, new Clock()).BeginAsync(plan.Id, contract ?? Everything, stopping))!;
        await session.StageAsync(batch, stopping);
        await session.CommitAsync(Given.Result(batch.Rows), stopping);
        return await Given.LinesAsync(source, query);
    }

    private static RecordBatch EmptyBatch() => new(
    [
        new FixedColumn<long>(), new Utf8Column(), new FixedColumn<long>(), new FixedColumn<double>(), new FixedColumn<Int128>(),
        new FixedColumn<bool>(), new FixedColumn<long>(), new FixedColumn<int>(), new Utf8Column(),
    ]) { Shard = new("orders-0", 1) };

    private static void Append(RecordBatch batch, long k, string s, long i, double f, Int128 d, bool b, long t, int day, string j)
    {
        ((FixedColumn<long>)batch.Columns[0]).Append(k);
        ((Utf8Column)batch.Columns[1]).Append(Encoding.UTF8.GetBytes(s));
        ((FixedColumn<long>)batch.Columns[2]).Append(i);
        ((FixedColumn<double>)batch.Columns[3]).Append(f);
        ((FixedColumn<Int128>)batch.Columns[4]).Append(d);
        ((FixedColumn<bool>)batch.Columns[5]).Append(b);
        ((FixedColumn<long>)batch.Columns[6]).Append(t);
        ((FixedColumn<int>)batch.Columns[7]).Append(day);
        ((Utf8Column)batch.Columns[8]).Append(Encoding.UTF8.GetBytes(j));
        batch.Positions.Append(k);
    }
}
