using System.Globalization;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Quality;
using Pipeline.Sinks.Alerting;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Integration.Slices;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Quality;

namespace Pipeline.Tests.Integration.Quality;

/// <summary>Facts as commits write them, read back as rules read them.</summary>
public sealed class QualityFactsTests(PostgresServer postgres)
{
    private const string ResolvedDay = "to_char(resolved_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')";

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_commit_adds_to_its_hour_and_one_that_fails_adds_nothing()
    {
        await using var source = await postgres.LedgerAsync();
        for (var i = 0; i < 2; i++)
        {
            var plan = await Given.PlannedAsync(source, 10);
            await using var session = (await new PublicationSessions(source, new Clock()).BeginAsync(plan.Id, Given.Orders, stopping))!;
            await session.CommitAsync(Result(session.Attempt.Segments[0].Shard), stopping);
        }

        var facts = await new QualityReader(source).ReadAsync(Given.Orders, Given.Noon.AddMinutes(5), stopping);
        // What a filter drops is neither a row in nor refused; an event of the future does not move the watermark.
        Assert.Equal([new PublishedHour(Given.Noon, 16, 0, 2, Given.Noon)], facts.Published);
        Assert.Equal([new ColumnHour(Given.Noon, "SKU", 14, 4, 0, 0)], facts.Columns);
        Assert.Equal(Given.Noon, facts.Watermark);
        Assert.Equal([new HourCount(Given.Noon, 20)], facts.Landed);
        Assert.Equal([new ShardFlow("orders-0", 20, Given.Noon, 1)], facts.Shards);
        Assert.Empty(facts.Holes);
        Assert.Equal(["14"], await Given.LinesAsync(source, "SELECT rows FROM pipeline.event_hour"));
    }

    [Fact]
    public async Task A_slice_that_is_replaced_replaces_its_facts()
    {
        await using var world = await SliceWorld.CreateAsync(postgres);
        var contract = SliceWorld.Ads with { Quality = new() { VolumeOf = ["spend"] } };
        var window = SliceWorld.Week with { To = SliceWorld.Day.AddDays(1) };
        var next = SliceWorld.Day.AddDays(1);
        await world.LandAsync(window, SliceWorld.Row(SliceWorld.Day, "a", 1.5m), SliceWorld.Row(SliceWorld.Day, "b", 2m),
            SliceWorld.Row(next, "a", 7m));
        await world.PublishAsync(contract);
        world.Clock.Now += TimeSpan.FromHours(1);
        await world.LandAsync(window, SliceWorld.Row(SliceWorld.Day, "a", 4m), SliceWorld.Row(next, "a", 7m));
        await world.PublishAsync(contract);

        Assert.Equal(["2026-10-01|1|12", "2026-10-02|1|12"], await world.LinesAsync(
            "SELECT day::text, rows, extract(hour FROM first_at AT TIME ZONE 'UTC')::integer FROM pipeline.slice_day ORDER BY day"));
        Assert.Equal(["2026-10-01|clicks|1|0|0", "2026-10-01|spend|1|0|4", "2026-10-02|clicks|1|0|0", "2026-10-02|spend|1|0|7"],
            await world.LinesAsync(
            "SELECT day::text, column_name, rows, nulls, total FROM pipeline.slice_column ORDER BY day, column_name"));
    }

    [Fact]
    public async Task Positions_that_are_in_no_segment_are_found_and_void_ones_are_not()
    {
        await using var source = await postgres.LedgerAsync();
        for (var i = 0; i < 4; i++) await Given.LandAsync(source, 10);
        await Given.ExecuteAsync(source, "UPDATE pipeline.segment SET state = 'void' WHERE lower(positions) = 20");
        var reader = new QualityReader(source);
        Assert.Empty((await reader.ReadAsync(Given.Orders, Given.Noon, stopping)).Holes);

        for (var i = 0; i < 3; i++) await Given.LandAsync(source, 10);
        await Given.ExecuteAsync(source, "DELETE FROM pipeline.segment WHERE lower(positions) = 50");
        var hole = new PositionHole(new("orders-0", 1), new(50, 60));
        Assert.Equal([hole], (await reader.ReadAsync(Given.Orders, Given.Noon, stopping)).Holes);
        Assert.Equal([hole], (await reader.ReadAsync(Given.Orders, Given.Noon, stopping)).Holes);
    }

    [Fact]
    public async Task A_segment_that_the_ledger_lost_is_told_of_until_it_is_back()
    {
        await using var source = await postgres.LedgerAsync();
        var clock = new Clock();
        for (var i = 0; i < 3; i++) await Given.LandAsync(source, 10);
        await Given.ExecuteAsync(source, "CREATE TABLE lost AS SELECT * FROM pipeline.segment WHERE lower(positions) = 10");
        await Given.ExecuteAsync(source, "DELETE FROM pipeline.segment WHERE lower(positions) = 10");
        var check = new CheckDataset(new QualityReader(source), new Alerts(source, clock), clock);
        await check.RunAsync(Given.Orders, stopping);
        var alert = Assert.Single(await new AlertList(source, clock).ReadAsync(true, null, 10, null, stopping));
        Assert.Equal(
            ("critical", QualityCodes.PositionsMissing, "orders-0-g1", "10 positions in none", true),
            (alert.Severity, alert.Code, alert.Subject, alert.Seen, alert.Since is not null));
        Assert.Contains("Positions 10 to 19 of orders-0-g1 are in no segment", alert.Text, StringComparison.Ordinal);
        Assert.Equal(["[0,10)", "[20,30)"], (await Given.LinesAsync(source, alert.Query!)).Select(line => line.Split('|')[0]));

        await Given.ExecuteAsync(source, "INSERT INTO pipeline.segment OVERRIDING SYSTEM VALUE SELECT * FROM lost");
        await check.RunAsync(Given.Orders, stopping);
        Assert.Empty(await OpenAsync(source));
    }

    [Fact]
    public async Task An_alert_is_resolved_when_its_rule_holds_again()
    {
        await using var source = await postgres.LedgerAsync();
        var clock = new Clock { Now = Given.Noon.AddMinutes(5) };
        var check = new CheckDataset(new QualityReader(source), new Alerts(source, clock), clock);
        await HourAsync(source, Given.Noon, rejected: 50);
        await check.RaiseAsync(Given.Orders, stopping);
        await check.RunAsync(Given.Orders, stopping);
        Assert.Equal(["reject_ratio_high|rows|2"], await OpenAsync(source));

        clock.Now = Given.Noon.AddMinutes(65);
        await HourAsync(source, Given.Noon.AddHours(1), rejected: 0);
        await check.RaiseAsync(Given.Orders, stopping);
        Assert.Single(await OpenAsync(source));
        await check.RunAsync(Given.Orders, stopping);
        Assert.Empty(await OpenAsync(source));
    }

    [Fact]
    public async Task A_finding_stands_while_its_rule_cannot_say_and_not_for_ever()
    {
        await using var source = await postgres.LedgerAsync();
        var clock = new Clock();
        foreach (var code in new[] { QualityCodes.VolumeLow, QualityCodes.NothingLanded })
            await new Alerts(source, clock).RaiseAsync(Given.Alert(code, "records"), stopping);
        var check = new CheckDataset(new QualityReader(source), new Alerts(source, clock), clock);
        clock.Now = Given.Noon.AddDays(1);
        await check.RunAsync(Given.Orders, stopping);
        Assert.Equal(2, (await OpenAsync(source)).Count);
        clock.Now = Given.Noon.AddDays(3);
        await check.RunAsync(Given.Orders, stopping);
        Assert.Equal(["nothing_landed|records|1"], await OpenAsync(source));
    }

    [Fact]
    public async Task A_topic_partition_that_is_silent_for_twelve_days_is_not_called_well_until_it_brings_something()
    {
        await using var source = await postgres.LedgerAsync();
        var clock = new Clock();
        var check = new CheckDataset(new QualityReader(source), new Alerts(source, clock), clock);
        await Given.ExecuteAsync(source,
            $"""
            INSERT INTO pipeline.landing_hour
            SELECT 'orders', hour, shard, 1, 50, 1
            FROM generate_series({At(-10)}, {At(12)}, '1 hour') AS hour, (VALUES ('orders-0-g1'), ('orders-1-g1')) AS flowing (shard)
            WHERE shard = 'orders-0-g1' OR hour < {At(0)}
            """);
        for (var hours = 6; hours <= 12 * 24; hours += 6)
        {
            clock.Now = Given.Noon.AddHours(hours).AddMinutes(5);
            await check.RunAsync(Given.Orders, stopping);
            Assert.Equal(["orders-1|null"], await AbsentAsync());
        }

        await Given.ExecuteAsync(source, $"INSERT INTO pipeline.landing_hour VALUES ('orders', {At(12)}, 'orders-1-g1', 1, 50, 1)");
        await check.RunAsync(Given.Orders, stopping);
        Assert.Equal([$"orders-1|{Text(12)}"], await AbsentAsync());

        Task<List<string>> AbsentAsync() => Given.LinesAsync(source,
            $"SELECT subject, {ResolvedDay} FROM pipeline.alert WHERE code = 'shard_silent' ORDER BY id");
    }

    [Fact]
    public async Task An_account_that_is_silent_for_forty_days_is_late_until_it_is_back_and_its_missing_days_are_until_they_come()
    {
        await using var source = await postgres.LedgerAsync();
        var contract = ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified().Named("ad_performance");
        var clock = new Clock();
        var check = new CheckDataset(new QualityReader(source), new Alerts(source, clock), clock);
        await DaysAsync(-30, -2, except: -5);
        await check.RaiseAsync(contract, stopping);
        for (var days = 0; days <= 45; days += 3)
        {
            clock.Now = Given.Noon.AddDays(days);
            await check.RunAsync(contract, stopping);
            Assert.Equal(["extraction_late|null", "slice_missing|null"], await AbsentAsync());
        }

        await DaysAsync(44, 44);
        await check.RunAsync(contract, stopping);
        Assert.Equal([$"extraction_late|{Text(45)}", "slice_missing|null"], await AbsentAsync());

        await DaysAsync(-5, 43, except: -2);
        clock.Now = Given.Noon.AddDays(45).AddHours(1);
        await check.RunAsync(contract, stopping);
        Assert.Equal([$"extraction_late|{Text(45)}", $"slice_missing|{Text(45)}"], await AbsentAsync());

        Task DaysAsync(int from, int to, int? except = null) => Given.ExecuteAsync(source,
            $"""
            INSERT INTO pipeline.slice_day
            SELECT 'ad_performance', day, 'facebook', '1001', 'ad', 40, day + interval '27 hours'
            FROM generate_series({At(from)}::date, {At(to)}::date, '1 day') AS day WHERE day <> {At(except ?? 99)}::date
            ON CONFLICT DO NOTHING
            """);

        Task<List<string>> AbsentAsync() => Given.LinesAsync(source,
            $"SELECT code, {ResolvedDay} FROM pipeline.alert WHERE code IN ('extraction_late', 'slice_missing') ORDER BY code, id");
    }

    [Fact]
    public async Task Facts_are_forgotten_after_ten_weeks()
    {
        await using var source = await postgres.LedgerAsync();
        await HourAsync(source, Given.Noon.AddDays(-71), rejected: 0);
        await HourAsync(source, Given.Noon.AddDays(-69), rejected: 0);
        await new ForgetFacts(source).RunAsync(Given.Noon, stopping);
        Assert.Equal(["1"], await Given.LinesAsync(source, "SELECT count(*) FROM pipeline.quality_hour"));
    }

    [Fact]
    public async Task Every_query_of_a_finding_runs_as_it_is_pasted()
    {
        await using var source = await postgres.LedgerAsync();
        var queries = new FactQueries("it's");
        var (series, day) = (new SliceSeries("facebook", "act 'one'", "ad"), new DateOnly(2026, 10, 1));
        foreach (var query in (string[])
            [
                queries.Landed(Given.Noon), queries.Shards(Given.Noon), queries.Segments("a-0-g1"), queries.Published(Given.Noon),
                    queries.Rejections(Given.Noon),
                queries.Column("a", Given.Noon), queries.Slices(series, day), queries.SliceColumns(series, day, "a", "b"),
                queries.Streams("facebook", "1", "a", day), queries.Events("ad", "a", "clicks", day),
            ])
            Assert.Empty(await Given.LinesAsync(source, query));
    }

    private static Task HourAsync(NpgsqlDataSource source, DateTimeOffset hour, int rejected) => Given.ExecuteAsync(source,
        $"INSERT INTO pipeline.quality_hour VALUES ('orders', '{hour:yyyy-MM-dd HH:mm}+00', 1, 200, 0, {rejected}, "
            + $"'{hour:yyyy-MM-dd HH:mm}+00')");

    // Noon, so many days on.
    private static string At(int days) => $"timestamptz '{Text(days)} 12:00+00'";

    private static string Text(int days) => Given.Noon.AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static Task<List<string>> OpenAsync(NpgsqlDataSource source) =>
        Given.LinesAsync(source, "SELECT code, subject, occurrences FROM pipeline.alert WHERE resolved_at IS NULL");

    private static PublicationResult Result(Domain.Segments.Shard shard) => new(
        new(10, 7, 0, 3), [Given.Object($"orders/{Guid.NewGuid():N}.parquet", 7),
            Given.Object($"q/{Guid.NewGuid():N}", 3) with { Role = ObjectRole.Quarantine }],
        [new(RejectionCode.Filtered, "test", 2, shard, 0), new(RejectionCode.BadUtf8, "x", 1, shard, 1)], new Dictionary<string, long>(),
        Given.Noon, Given.Noon.AddDays(3))
    {
        EventHours = new Dictionary<DateTimeOffset,
            long> { [Given.Noon] = 7, [Given.Noon.AddHours(30)] = 2, [Given.Noon.AddDays(-80)] = 1 },
        Profiles = [new(null, null, "SKU", 7, 2, 0, 0)],
    };
}
