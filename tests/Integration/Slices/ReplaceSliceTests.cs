using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Slices;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Publishing;
using static Pipeline.Tests.Integration.Slices.SliceWorld;

namespace Pipeline.Tests.Integration.Slices;

public sealed class ReplaceSliceTests(PostgresServer postgres)
{
    private static readonly SliceWindow OneDay = Week with { To = Day };

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restated_day_is_replaced_in_table_and_lake_and_the_log_shows_both()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week, Row(Day, "a", 1), Row(Day, "b", 2), Row(Day.AddDays(1), "a", 3));
        Assert.Equal(new PublicationCounts(3, 3, 0, 0), (await world.PublishAsync()).Counts);
        Assert.Equal(["10-01|a|1", "10-01|b|2", "10-02|a|3"], await world.TableAsync());
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
        Assert.Empty(await world.LinesAsync("SELECT * FROM pipeline.restatement_log"));

        await world.LandAsync(Week, Row(Day, "b", 2.5m), Row(Day.AddDays(1), "a", 3));
        Assert.Equal(new PublicationCounts(2, 2, 0, 0), (await world.PublishAsync()).Counts);
        Assert.Equal(["10-01|b|2.5", "10-02|a|3"], await world.TableAsync());
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
        Assert.Equal(["2026-10-01|2|2|1|3.000000|2.500000|3|2"], await world.LinesAsync(
            """
            SELECT day::text, extraction_id, rows_old, rows_new, totals_old->>'spend', totals_new->>'spend', totals_old->>'clicks', totals_new->>'clicks'
            FROM pipeline.restatement_log
            """));
        Assert.Equal(["superseded|superseded", "visible|visible"], await world.LinesAsync(
            """
            SELECT DISTINCT o.state, p.state FROM pipeline.lake_object o JOIN pipeline.publication p ON p.id = publication_id ORDER BY 1
            """));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_older_extraction_never_overwrites_a_newer_one(bool inOnePublication)
    {
        await using var world = await CreateAsync(postgres);
        var older = await world.Slices.BeginAsync(Week, ["ads"], stopping);
        await world.LandAsync(OneDay, Row(Day, "a", 2));
        if (!inOnePublication) await world.PublishAsync();
        var rows = new[] { Row(Day, "a", 1), Row(Day, "gone", 1), Row(Day.AddDays(1), "a", 5) };
        Assert.True(await world.Slices.LandAsync(older, await world.WriteAsync(older, rows), null, stopping));
        var summary = await world.PublishAsync();

        Assert.Equal(new PublicationCounts(inOnePublication ? 4 : 3, inOnePublication ? 2 : 1, 2, 0), summary.Counts);
        Assert.Equal(["10-01|a|2", "10-02|a|5"], await world.TableAsync());
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
    }

    [Fact]
    public async Task A_newer_extraction_committed_in_between_makes_the_attempt_run_again()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(OneDay, Row(Day, "a", 1));
        var older = Assert.Single(await world.PlanAsync());
        world.BeforeCommit = async () =>
        {
            await world.LandAsync(OneDay, Row(Day, "a", 2));
            foreach (var plan in (await world.PlanAsync()).Where(plan => plan.Id != older.Id)) await world.TransformAsync(plan.Id);
        };

        await Assert.ThrowsAsync<TransientException>(() => world.TransformAsync(older.Id));
        Assert.Equal(new PublicationCounts(1, 0, 1, 0), (await world.TransformAsync(older.Id)).Counts);
        Assert.Equal(["10-01|a|2"], await world.TableAsync());
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
    }

    [Fact]
    public async Task Publications_of_many_extractions_at_once_leave_the_newest_of_each_day()
    {
        await using var world = await CreateAsync(postgres);
        var plans = new List<PublicationPlan>();
        for (var i = 0; i < 6; i++)
        {
            await world.LandAsync(Week, [.. Enumerable.Range(0, 7).Select(day => Row(Day.AddDays(day), $"ad{i}", i))]);
            plans.AddRange((await world.PlanAsync()).Where(plan => !plans.Contains(plan)));
        }
        await Task.WhenAll(plans.Select(plan => Task.Run(() => UntilCommittedAsync(world, plan.Id))));

        Assert.Equal(Enumerable.Range(1, 7).Select(day => $"10-0{day}|ad5|5"), await world.TableAsync());
        await new RemoveSuperseded(world.Ledger, world.Stores).RunAsync(null, stopping);
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
    }

    [Fact]
    public async Task All_parts_of_an_extraction_are_planned_together_whatever_the_bound()
    {
        await using var world = await CreateAsync(postgres);
        var parts = new[] { new[] { Row(Day, "a", 1) }, [Row(Day, "b", 2)], [Row(Day, "c", 3)] };
        await world.LandPartsAsync(OneDay, null, parts);
        await world.LandPartsAsync(OneDay with { Account = "act_2" }, null, [Row(Day, "z", 9, "act_2")]);
        var plans = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.Ledger.PlanAsync("ads", 1, 1, 100, stopping)));
        Assert.Equal(["1|3", "2|1"], await world.LinesAsync("SELECT publication_id, count(*) FROM pipeline.publication_segment GROUP BY 1 ORDER BY 1"));
        Assert.Contains(plans, plan => plan.Count == 2);
        await world.PublishAsync();
        Assert.Equal(["10-01|a|1", "10-01|act_2 z|9", "10-01|b|2", "10-01|c|3"], await world.TableAsync());
    }

    [Fact]
    public async Task An_empty_answer_where_rows_stand_is_refused_and_one_where_none_stand_is_not()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(Week with { To = Day.AddDays(1) }, Row(Day, "a", 1));
        await world.PublishAsync();
        Assert.Equal(["10-01|published|1|null", "10-02|published|0|null"], await world.StatesAsync());

        await world.LandPartsAsync(Week with { To = Day.AddDays(1) }, suspect: null);
        Assert.Equal(new PublicationCounts(0, 0, 0, 0), (await world.PublishAsync()).Counts);
        Assert.Equal(["10-01|a|1"], await world.TableAsync());
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
        Assert.Equal(["10-01|empty_refused|1|The provider answered no rows where rows stand.", "10-02|published|0|null"], await world.StatesAsync());
        Assert.Equal(["empty_slice|facebook act_1 ad 2026-10-01..2026-10-01"], await world.AlertsAsync());
        Assert.Empty(await world.LinesAsync("SELECT * FROM pipeline.restatement_log"));
    }

    [Fact]
    public async Task The_slices_of_other_accounts_streams_and_providers_are_not_touched()
    {
        await using var world = await CreateAsync(postgres);
        var others = new[] { OneDay with { Account = "act_2" }, OneDay with { Stream = "campaign" }, OneDay with { Source = "google_ads", Account = "77" } };
        foreach (var other in others)
            await world.LandAsync(other, Row(Day, other.Stream[..1], 1, other.Account, other.Source, other.Stream));
        await world.LandAsync(OneDay, Row(Day, "a", 1));
        await world.PublishAsync();
        await world.LandAsync(OneDay, Row(Day, "b", 2));
        await world.PublishAsync();
        Assert.Equal(["10-01|77 a|1", "10-01|act_2 a|1", "10-01|b|2", "10-01|c|1"], await world.TableAsync());
        Assert.Equal(await world.TableAsync(), await world.LakeAsync());
    }

    [Fact]
    public async Task Two_providers_in_one_lake_folder_need_a_person()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(OneDay, Row(Day, "a", 1));
        await world.PublishAsync();
        await world.LandAsync(OneDay with { Source = "google_ads" }, Row(Day, "a", 1, platform: "google_ads"));
        var error = await Assert.ThrowsAsync<TerminalException>(() => world.PublishAsync());
        Assert.StartsWith("Slices of facebook and of google_ads share the lake folder ads/report_date=2026-10-01/account=act_1/level=ad", error.Message);
    }

    private async Task UntilCommittedAsync(SliceWorld world, long publicationId)
    {
        while (true)
        {
            try
            {
                await world.TransformAsync(publicationId);
                return;
            }
            catch (TransientException)
            {
                stopping.ThrowIfCancellationRequested();
            }
        }
    }
}
