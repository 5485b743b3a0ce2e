using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Slices.SliceWorld;

namespace Pipeline.Tests.Integration.Slices;

public sealed class UpsertedPagesTests(PostgresServer postgres)
{
    private static readonly DatasetContract Names = Ads with { Table = new("ads", ["account", "ad"], "clicks"), Lake = Ads.Lake with { PartitionBy = [] } };

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_slices_are_not_replaced_an_extraction_adds_and_updates_rows_of_any_day()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week, Row(Day, "a", 1), Row(Day.AddDays(-90), "b", 2));
        await world.PublishAsync(Names);
        await world.LandAsync(Week, Row(Day, "a", 5));
        Assert.Equal(new PublicationCounts(1, 1, 0, 0), (await world.PublishAsync(Names)).Counts);
        Assert.Equal(["07-03|b|2", "10-01|a|5"], await world.TableAsync());
        Assert.All(await world.StatesAsync(), line => Assert.Contains("|published|", line));
        Assert.Equal(["2|2"], await world.LinesAsync("SELECT count(*), count(*) FILTER (WHERE state = 'visible') FROM pipeline.lake_object"));
    }

    [Fact]
    public async Task And_one_with_too_many_refused_rows_is_withheld_as_a_whole()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week, Row(Day, "a", 1), "{\"account\":\"act_1\",\"ad\":7}");
        Assert.Equal(new PublicationCounts(2, 0, 0, 2), (await world.PublishAsync(Names)).Counts);
        Assert.Empty(await world.TableAsync());
        Assert.Equal(7, (await world.StatesAsync()).Count(line => line.Contains("|withheld|null|1 of 2 rows were refused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Replacing_a_few_slices_of_a_large_table_reads_no_others()
    {
        await using var world = await CreateAsync(postgres);
        var shape = TableShape.Of(Ads with { Table = Ads.Table! with { Key = ["ad", "platform", "account", "report_date", "level"] } })!;
        var sql = new SliceSql(shape, shape.Slice!);
        await using var connection = await world.Source.OpenConnectionAsync(stopping);
        await TableDdl.EnsureAsync(connection, shape, stopping);
        await connection.Command(
            """
            INSERT INTO warehouse.ads SELECT 'facebook', 'act_' || n % 10, 'ad', date '2026-01-01' + n / 100, 'ad' || n, 1, 1, 's-g1', n, 1
            FROM generate_series(1, 30000) AS n
            """).ExecuteAsync(stopping);
        await connection.Command("ANALYZE warehouse.ads").ExecuteAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        await connection.Command(SliceSql.CreateSlices).ExecuteAsync(stopping);
        await connection.Command(
            SliceSql.FillSlices, new[] { "facebook" }, new[] { "act_1" }, new[] { "ad" }, new[] { Day }, new[] { 1L }).ExecuteAsync(stopping);
        await connection.Command($"ANALYZE {SliceSql.Slices}").ExecuteAsync(stopping);
        foreach (var statement in new[] { sql.CreateStanding, sql.Delete })
        {
            var plan = string.Join('\n', await connection.Command($"EXPLAIN {statement}").ListAsync(row => row.GetString(0), stopping));
            Assert.Contains("ads_slice", plan);
            Assert.DoesNotContain("Seq Scan on ads", plan);
        }
    }
}
