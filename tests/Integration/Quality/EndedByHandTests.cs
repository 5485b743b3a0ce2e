using System.Globalization;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Alerting;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Quality;

namespace Pipeline.Tests.Integration.Quality;

/// <summary>What a person has ended, found again by its rule.</summary>
public sealed class EndedByHandTests(PostgresServer postgres)
{
    private readonly Clock clock = new();
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    private static DatasetContract Ads =>
        ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified().Named("ad_performance");

    [Fact]
    public async Task An_account_that_is_gone_for_good_is_not_told_of_again_until_it_has_come_back_and_gone_again()
    {
        await using var source = await postgres.LedgerAsync();
        // The last days came an hour later than those before: by them alone the next one is due later, too.
        await DaysAsync(source, -30, -7, hours: 3);
        await DaysAsync(source, -6, -2, hours: 4);
        await CheckAsync(source, Ads, 0);
        Assert.Equal(["extraction_late|facebook 1001 ad"], await OpenAsync(source));
        await EndAsync(source);
        for (var days = 0; days <= 40; days++) await CheckAsync(source, Ads, days);
        Assert.Equal(["1"], await Given.LinesAsync(source, "SELECT count(*) FROM pipeline.alert"));

        await DaysAsync(source, 38, 41, hours: 3);
        await CheckAsync(source, Ads, 42);
        Assert.Empty(await OpenAsync(source));
        await CheckAsync(source, Ads, 43);
        Assert.Equal(["extraction_late|facebook 1001 ad"], await OpenAsync(source));
    }

    [Fact]
    public async Task Days_that_are_given_up_are_not_told_of_again_before_another_one_is_missing()
    {
        await using var source = await postgres.LedgerAsync();
        await DaysAsync(source, -30, -1, hours: 3, -12, -8);
        await CheckAsync(source, Ads, 0);
        Assert.Equal(["slice_missing|facebook 1001 ad"], await OpenAsync(source));
        await EndAsync(source);
        for (var days = 1; days <= 19; days++)
        {
            await DaysAsync(source, days - 1, days - 1, hours: 3);
            await CheckAsync(source, Ads, days);
            Assert.Empty(await OpenAsync(source));
        }

        await DaysAsync(source, 20, 20, hours: 3);
        await CheckAsync(source, Ads, 22);
        Assert.Equal([$"{Text(19)}|none of {Text(-8)}, {Text(19)}"], await Given.LinesAsync(source,
            $"SELECT to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD'), seen FROM pipeline.alert WHERE code = 'slice_missing' AND {Open}"));
    }

    [Fact]
    public async Task What_moved_on_before_a_person_ended_it_is_the_same_still()
    {
        await using var source = await postgres.LedgerAsync();
        var alerts = new Alerts(source, clock);
        foreach (var hours in (int[])[-3, -2])
            await alerts.RaiseAsync(Given.Alert("volume_low", "records") with { Since = Given.Noon.AddHours(hours) }, stopping);
        await EndAsync(source);
        var ended = (await new QualityReader(source).ReadAsync(Given.Orders, Given.Noon, stopping)).EndedOf("volume_low", "records");
        Assert.Equal(Given.Noon.AddHours(-2), ended!.Since);
        Assert.Equal(["09"], await Given.LinesAsync(source, "SELECT to_char(since AT TIME ZONE 'UTC', 'HH24') FROM pipeline.alert"));
    }

    [Fact]
    public async Task A_topic_partition_that_is_gone_for_good_is_not_told_of_again_until_it_has_come_back_and_gone_again()
    {
        await using var source = await postgres.LedgerAsync();
        await HoursAsync(source, "orders-0-g1", -10, 12);
        await HoursAsync(source, "orders-1-g1", -10, 0);
        await CheckAsync(source, Given.Orders, 1);
        Assert.Equal(["shard_silent|orders-1"], await OpenAsync(source));
        await EndAsync(source);
        for (var days = 1; days <= 9; days++) await CheckAsync(source, Given.Orders, days);
        Assert.Equal(["1"], await Given.LinesAsync(source, "SELECT count(*) FROM pipeline.alert"));

        await HoursAsync(source, "orders-1-g1", 9, 11);
        await CheckAsync(source, Given.Orders, 12);
        Assert.Equal(["shard_silent|orders-1"], await OpenAsync(source));
    }

    [Fact]
    public async Task What_an_hour_brought_is_not_told_of_again_and_what_the_next_one_brings_is()
    {
        await using var source = await postgres.LedgerAsync();
        await RefusedAsync(0);
        Assert.Equal(["reject_ratio_high|rows"], await OpenAsync(source));
        await EndAsync(source);
        await Check(source).RunAsync(Given.Orders, stopping);
        Assert.Empty(await OpenAsync(source));
        await RefusedAsync(1);
        Assert.Equal(["reject_ratio_high|rows"], await OpenAsync(source));

        async Task RefusedAsync(int hours)
        {
            clock.Now = Given.Noon.AddHours(hours).AddMinutes(5);
            var hour = string.Create(CultureInfo.InvariantCulture, $"'{Given.Noon.AddHours(hours):yyyy-MM-dd HH:mm}+00'");
            await Given.ExecuteAsync(source, $"INSERT INTO pipeline.quality_hour VALUES ('orders', {hour}, 1, 200, 0, 50, {hour})");
            await Check(source).RaiseAsync(Given.Orders, stopping);
        }
    }

    [Fact]
    public async Task What_was_raised_for_years_is_not_looked_through()
    {
        await using var source = await postgres.LedgerAsync();
        await Given.ExecuteAsync(source,
            """
            INSERT INTO pipeline.alert (severity, dataset, code, subject, text, raised_at, last_seen_at, resolved_at)
            SELECT 'warning', 'orders', 'volume_low', 'records', 'Old.', now(), now(), now() FROM generate_series(1, 50000)
            """);
        await Given.ExecuteAsync(source, "ANALYZE pipeline.alert");
        await Given.ExecuteAsync(source, "SELECT pg_stat_reset()");
        await CheckAsync(source, Given.Orders, 0);
        await Given.ExecuteAsync(source, "SELECT pg_stat_force_next_flush()");
        var read = Assert.Single(await Given.QueryAsync(source,
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE schemaname = 'pipeline' AND relname = 'alert'",
            row => row.GetInt64(0)));
        Assert.InRange(read, 1, 50);
    }

    private const string Open = "resolved_at IS NULL";

    private CheckDataset Check(NpgsqlDataSource source) => new(new QualityReader(source), new Alerts(source, clock), clock);

    private async Task CheckAsync(NpgsqlDataSource source, DatasetContract contract, int days)
    {
        clock.Now = Given.Noon.AddDays(days);
        await Check(source).RunAsync(contract, stopping);
    }

    private async Task EndAsync(NpgsqlDataSource source)
    {
        var list = new AlertList(source, clock);
        var open = Assert.Single(await list.ReadAsync(true, null, 10, null, stopping));
        Assert.True(await list.ResolveAsync(open.Id, "a person", "It is gone for good.", stopping));
    }

    /// <summary>Days of an account that were published so many hours behind their end.</summary>
    private static Task DaysAsync(NpgsqlDataSource source, int from, int to, int hours, params int[] except) => Given.ExecuteAsync(source,
        $"""
        INSERT INTO pipeline.slice_day
        SELECT 'ad_performance', day, 'facebook', '1001', 'ad', 40, day + interval '{24 + hours} hours'
        FROM generate_series(date '{Text(from)}', date '{Text(to)}', '1 day') AS day
        WHERE day <> ALL (ARRAY[{string.Join(", ", except.Select(day => $"'{Text(day)}'"))}]::date[])
        """);

    private static Task HoursAsync(NpgsqlDataSource source, string shard, int from, int to) => Given.ExecuteAsync(source,
        $"""
        INSERT INTO pipeline.landing_hour SELECT 'orders', hour, '{shard}', 1, 50, 1
        FROM generate_series(timestamptz '{Text(from)} 12:00+00', timestamptz '{Text(to)} 11:00+00', '1 hour') AS hour
        """);

    private static Task<List<string>> OpenAsync(NpgsqlDataSource source) =>
        Given.LinesAsync(source, $"SELECT code, subject FROM pipeline.alert WHERE {Open} ORDER BY code");

    private static string Text(int days) => Given.Noon.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
