using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Views;

/// <summary>The shipped view over the tables that the shipped contracts make.</summary>
public sealed class MetricsViewTests(PostgresServer postgres)
{
    private const string Ratios = "SELECT round(ctr, 6), round(cpc, 6), round(cpm, 6), round(cpa, 6), round(cvr, 6), round(roas, 6), "
        + "round(cpc_base, 6), round(cpm_base, 6), round(cpa_base, 6), round(roas_base, 6) FROM warehouse.ad_performance_metrics";

    private static readonly ContractSet Shipped =
        ContractReader.ReadFolder(Path.Combine(Repository.Root, "functions", "datasets")).Verified();

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ratios_are_those_of_the_figures_in_both_currencies()
    {
        await using var source = await TablesAsync("ad_performance", "ad_entities");
        await AddAsync(source, impressions: 2000, clicks: 50, spend: 100, conversions: 4, value: 250, rate: 1.25m);
        Assert.Equal(
            ["0.025000|2.000000|50.000000|25.000000|0.080000|2.500000|2.500000|62.500000|31.250000|2.500000"],
                await Given.LinesAsync(source, Ratios));
    }

    [Fact]
    public async Task A_ratio_over_nothing_is_null_and_no_error()
    {
        await using var source = await TablesAsync("ad_performance", "ad_entities");
        await AddAsync(source, impressions: 0, clicks: 0, spend: 0, conversions: 0, value: 0, rate: 1);
        Assert.Equal(["null|null|null|null|null|null|null|null|null|null"], await Given.LinesAsync(source, Ratios));
    }

    [Fact]
    public async Task Without_a_rate_only_the_base_currency_is_missing()
    {
        await using var source = await TablesAsync("ad_performance", "ad_entities");
        await AddAsync(source, impressions: 1000, clicks: 10, spend: 5, conversions: 1, value: 10, rate: null);
        Assert.Equal(["0.010000|0.500000|5.000000|5.000000|0.100000|2.000000|null|null|null|null"], await Given.LinesAsync(source, Ratios));
    }

    [Fact]
    public async Task Names_are_the_newest_known_or_the_rows_own_and_days_become_final()
    {
        await using var source = await TablesAsync("ad_entities", "ad_performance");
        await AddAsync(source, 1, 1, 1, 1, 1, 1);
        const string Names = "SELECT campaign_name, is_final FROM warehouse.ad_performance_metrics";
        Assert.Equal(["Old name|False"], await Given.LinesAsync(source, Names));

        await Given.ExecuteAsync(source, """
            INSERT INTO warehouse.ad_entities (platform, account_id, kind, id, name, extracted_at, extracted_date, _shard, _position, _publication)
            VALUES ('facebook', '1', 'campaign', '7', 'New name', now(), current_date, 's', 1, 1);
            UPDATE warehouse.ad_performance SET final_through = '2026-10-01'
            """);
        Assert.Equal(["New name|True"], await Given.LinesAsync(source, Names));
    }

    [Fact]
    public async Task The_dataset_that_brings_the_last_table_brings_the_view()
    {
        await using var source = await TablesAsync("ad_performance");
        const string Exists = "SELECT to_regclass('warehouse.ad_performance_metrics') IS NOT NULL";
        Assert.Equal(["False"], await Given.LinesAsync(source, Exists));
        await EnsureAsync(source, Shipped.Named("ad_entities"));
        Assert.Equal(["True"], await Given.LinesAsync(source, Exists));
    }

    [Fact]
    public async Task A_changed_view_replaces_the_old_one_and_an_unchanged_one_is_left_alone()
    {
        await using var source = await TablesAsync("ad_performance", "ad_entities");
        const string Oid = "SELECT to_regclass('warehouse.ad_performance_metrics')::oid::bigint";
        var first = await Given.LinesAsync(source, Oid);
        await EnsureAsync(source, Shipped.Named("ad_entities"));
        Assert.Equal(first, await Given.LinesAsync(source, Oid));

        var changed = Shipped.Named("ad_entities") with { Views = [new("ad_performance_metrics",
            "SELECT name FROM warehouse.ad_entities")] };
        await EnsureAsync(source, changed);
        Assert.Equal(["name"], await Given.LinesAsync(source,
            "SELECT attname FROM pg_attribute WHERE attrelid = 'warehouse.ad_performance_metrics'::regclass AND attnum > 0"));
    }

    private async Task<NpgsqlDataSource> TablesAsync(params IEnumerable<string> datasets)
    {
        var source = await postgres.LedgerAsync();
        foreach (var dataset in datasets) await EnsureAsync(source, Shipped.Named(dataset));
        return source;
    }

    private async Task EnsureAsync(NpgsqlDataSource source, DatasetContract contract)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        await TableDdl.EnsureAsync(connection, TableShape.Of(contract)!, stopping);
        await TableViews.EnsureAsync(connection, contract.Views, stopping);
    }

    private async Task AddAsync(NpgsqlDataSource source, long impressions, long clicks, decimal spend, decimal conversions, decimal value,
        decimal? rate)
    {
        await using var command = source.CreateCommand("""
            INSERT INTO warehouse.ad_performance (platform, account_id, report_date, level, campaign_id, ad_group_id, ad_id, campaign_name, currency,
                time_zone, impressions, clicks, spend, conversions, conversions_value, fx_rate, spend_base, conversions_value_base, final_through,
                extracted_at, _shard, _position, _publication)
            VALUES ('facebook', '1', '2026-10-01', 'campaign', '7', '', '', 'Old name', 'EUR', 'Europe/Berlin', $1, $2, $3, $4, $5, $6, $3 * $6, $5 * $6,
                '2026-09-30', now(), 's', 1, 1)
            """);
        foreach (var parameter in (object?[])[impressions, clicks, spend, conversions, value, rate])
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value, NpgsqlDbType = parameter is long
                ? NpgsqlTypes.NpgsqlDbType.Bigint : NpgsqlTypes.NpgsqlDbType.Numeric });
        await command.ExecuteNonQueryAsync(stopping);
    }
}
