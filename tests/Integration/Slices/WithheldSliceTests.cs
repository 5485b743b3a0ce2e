using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Slices.SliceWorld;

namespace Pipeline.Tests.Integration.Slices;

public sealed class WithheldSliceTests(PostgresServer postgres)
{
    private static readonly string[] Good = [Row(Day, "a", 1), Row(Day.AddDays(1), "a", 2), Row(Day.AddDays(1), "b", 3)];

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_day_with_too_many_refused_rows_is_withheld_with_the_fields_name_and_the_others_load()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week with { To = Day.AddDays(1) }, Good);
        await world.PublishAsync();
        await world.LandAsync(Week with { To = Day.AddDays(1) }, Row(Day, "a", 10), Row(Day.AddDays(1), "a", 20), Retyped(Day.AddDays(1), "b"));
        var summary = await world.PublishAsync();

        Assert.Equal(new PublicationCounts(3, 1, 0, 2), summary.Counts);
        Assert.Equal(["10-01|a|10", "10-02|a|2", "10-02|b|3"], await world.TableAsync());
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
        Assert.Equal(["slice_withheld||1", "wrong_type|spend|1"], await world.LinesAsync(
            "SELECT code, field, records FROM pipeline.rejection ORDER BY 1"));
        Assert.Equal(
            ["10-01|published|1|null", "10-02|withheld|2|1 of 2 rows were refused, 1 of them for wrong_type of field 'spend'; the contract allows a share of 0.05."],
            await world.StatesAsync());
        Assert.Equal(["slice_withheld|facebook act_1 ad"], await world.AlertsAsync());
    }

    [Fact]
    public async Task A_few_refused_rows_do_not_hold_a_day_back()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week, [.. Enumerable.Range(0, 19).Select(i => Row(Day, $"ad{i}", i)), Retyped(Day, "bad")]);
        Assert.Equal(new PublicationCounts(20, 19, 0, 1), (await world.PublishAsync()).Counts);
        Assert.Equal(19, (await world.TableAsync()).Count);
    }

    [Fact]
    public async Task A_replay_under_a_new_version_loads_what_was_withheld_and_replaces_the_rest()
    {
        await using var world = await CreateAsync(postgres);
        string[] changed = [Row(Day, "a", 1), Row(Day.AddDays(1), "a", 2).Replace("\"spend\"", "\"cost\"", StringComparison.Ordinal)];
        await world.LandAsync(Week with { To = Day.AddDays(1) }, changed);
        await world.PublishAsync();
        Assert.Equal(["10-01|a|1"], await world.TableAsync());
        Assert.Equal(["10-01|published|1|null",
            "10-02|withheld|null|1 of 1 rows were refused, 1 of them for missing of field 'spend'; the contract allows a share of 0.05."], await world.StatesAsync());

        var contract = Ads with
        {
            Version = 2, Columns = [.. Ads.Columns.Select(column => column.Name == "spend" ? column with { From = ["spend", "cost"] } : column)],
        };
        Assert.Empty(await world.Ledger.PlanReplayAsync("ads", 2, "act_2", Day, Day.AddDays(6), stopping));
        var plan = Assert.Single(await world.Ledger.PlanReplayAsync("ads", 2, null, Day, Day.AddDays(6), stopping));
        Assert.Equal([plan], await world.PlanAsync());
        Assert.Equal(new PublicationCounts(2, 2, 0, 0), (await world.TransformAsync(plan.Id, contract)).Counts);

        Assert.Equal(["10-01|a|1", "10-02|a|2"], await world.TableAsync());
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
        Assert.Equal(["10-01|published|1|null", "10-02|published|1|null"], await world.StatesAsync());
        Assert.Empty(await world.LinesAsync("SELECT * FROM pipeline.restatement_log"));
        Assert.Equal(["field_new|cost"], await world.AlertsAsync());
    }

    [Fact]
    public async Task A_replay_leaves_days_outside_of_its_range_alone()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week, Good);
        await world.PublishAsync();
        var plan = Assert.Single(await world.Ledger.PlanReplayAsync("ads", 1, "act_1", Day.AddDays(1), Day.AddDays(1), stopping));
        Assert.Equal(new PublicationCounts(3, 2, 1, 0), (await world.TransformAsync(plan.Id)).Counts);
        Assert.Equal(["10-01|1", "10-02|2"], await world.LinesAsync("SELECT to_char(day, 'MM-DD'), published_by FROM pipeline.slice WHERE rows > 0 ORDER BY 1"));
        Assert.Equal(["10-01|a|1", "10-02|a|2", "10-02|b|3"], await world.LakeAsync());
    }

    [Fact]
    public async Task An_answer_that_cannot_be_read_withholds_all_days_it_may_have_held()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week with { To = Day.AddDays(1) }, [.. Good, "{\"error\":"]);
        Assert.Equal(new PublicationCounts(4, 0, 0, 4), (await world.PublishAsync()).Counts);
        Assert.All(await world.StatesAsync(), line => Assert.Contains("|withheld|null|An answer was refused as a whole (truncated): ", line));
    }

    [Fact]
    public async Task A_row_outside_of_what_was_asked_is_refused()
    {
        await using var world = await CreateAsync(postgres);
        var contract = Ads with { Quality = new(MaxRejectRatio: 0.5) };
        await world.LandAsync(
            Week with { To = Day }, Row(Day, "a", 1), Row(Day, "b", 2), Row(Day, "c", 2), Row(Day.AddDays(1), "a", 3), Row(Day, "a", 1, account: "act_2"), Row(Day, "a", 1, level: "campaign"));
        Assert.Equal(new PublicationCounts(6, 3, 0, 3), (await world.PublishAsync(contract)).Counts);
        Assert.Equal(["outside_slice|account", "outside_slice|level", "outside_slice|report_date"],
            await world.LinesAsync("SELECT code, field FROM pipeline.rejection ORDER BY 2"));
        Assert.Equal(3, (await world.TableAsync()).Count);
    }

    [Fact]
    public async Task When_the_newer_of_two_extractions_is_withheld_the_older_one_is_published()
    {
        await using var world = await CreateAsync(postgres);
        var day = Week with { To = Day };
        await world.LandAsync(day, Row(Day, "a", 1));
        await world.LandAsync(day, Retyped(Day, "a"));
        Assert.Equal(new PublicationCounts(2, 1, 0, 1), (await world.PublishAsync()).Counts);
        Assert.Equal(["10-01|a|1"], await world.TableAsync());
        Assert.StartsWith("10-01|withheld|1|1 of 1 rows", Assert.Single(await world.StatesAsync()));
    }

    [Fact]
    public async Task A_suspect_answer_is_kept_back_until_it_is_replayed_or_extracted_again()
    {
        await using var world = await CreateAsync(postgres);
        var day = Week with { To = Day };
        await world.LandPartsAsync(day, "It holds 1 of 3 rows.", [[Row(Day, "a", 1)]]);
        Assert.Empty(await world.PlanAsync());
        Assert.Equal(["10-01|withheld|null|It holds 1 of 3 rows."], await world.StatesAsync());
        Assert.Equal(["slice_suspect|facebook act_1 ad"], await world.AlertsAsync());

        var replay = Assert.Single(await world.Ledger.PlanReplayAsync("ads", 1, null, Day, Day, stopping));
        await world.TransformAsync(replay.Id);
        Assert.Equal(["10-01|a|1"], await world.TableAsync());
        Assert.Empty(await world.AlertsAsync());
    }

    [Fact]
    public async Task Rows_the_table_refuses_count_against_their_day()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week with { To = Day.AddDays(1) }, Good);
        await world.PublishAsync();
        await Sinks.Given.ExecuteAsync(world.Source, "ALTER TABLE warehouse.ads ADD CHECK (spend < 30)");
        await world.LandAsync(Week with { To = Day.AddDays(1) }, Row(Day, "a", 4), Row(Day.AddDays(1), "a", 5), Row(Day.AddDays(1), "b", 30));
        Assert.Equal(new PublicationCounts(3, 1, 0, 2), (await world.PublishAsync()).Counts);
        Assert.Equal(["10-01|a|4", "10-02|a|2", "10-02|b|3"], await world.TableAsync());
    }

    private static string Retyped(DateOnly day, string ad) => Row(day, ad, 7).Replace("\"spend\":7", "\"spend\":true", StringComparison.Ordinal);
}
