using Pipeline.App.Activities;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using Pipeline.Tests.Unit.Transforms.Attribution;
using Pipeline.Transforms.Attribution;
using static Pipeline.Tests.Unit.Transforms.Attribution.Events;

namespace Pipeline.Tests.Integration.Attribution;

public sealed class AttributionTests(PostgresServer postgres)
{
    private static readonly Touch Click = new(TouchKind.Click, "ann", "spring", "a", At(18));
    private static readonly Conversion Sale = new("ann", "spring", At(20, 12), Id: "sale");

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 200_000)]
    [InlineData(2, 20)]
    public async Task Events_published_in_any_order_and_portions_leave_the_same_tables_and_lake(int seed, int maxConversions)
    {
        var (touches, conversions) = EventGenerator.Make(seed, 800);
        var expected = Oracle.Correlate(touches, conversions, DateOnly.MinValue, DateOnly.MaxValue);
        for (var order = 0; order < 2; order++)
        {
            await using var world = await AttributionWorld.CreateAsync(postgres, buckets: 1 + order, maxConversions);
            var random = new Random(seed + order);
            var (touchList, conversionList) = (touches.ToArray(), conversions.ToArray());
            random.Shuffle(touchList);
            random.Shuffle(conversionList);
            var portions = 2 + order;
            for (var portion = 0; portion < portions; portion++)
            {
                // Once the conversions come last, once the touches do.
                var isFirst = portion < portions - 1;
                await world.PublishAsync(
                    order == 0 ? Portion(touchList, portion, portions) : isFirst ? Portion(touchList, portion, portions + 3)
                        : touchList.Skip(Behind(touchList, portions)),
                    order == 0 ? isFirst ? [] : conversionList : Portion(conversionList, portion, portions));
                await world.AttributeAsync();
            }
            AssertSame(expected, await world.TablesAsync());
            AssertSame(expected, world.Lake());
            Assert.Equal(["0"], await world.LinesAsync("SELECT count(*) FROM pipeline.extraction WHERE state <> 'landed'"));
        }

        static T[] Portion<T>(T[] all, int number, int of) => all[(all.Length * number / of)..(all.Length * (number + 1) / of)];

        static int Behind<T>(T[] all, int portions) => all.Length * (portions - 1) / (portions + 3);
    }

    [Fact]
    public async Task A_late_click_replaces_the_day_it_changes_and_the_log_remembers()
    {
        await using var world = await AttributionWorld.CreateAsync(postgres);
        await world.PublishAsync([Click], Sale, Sale with { Id = "early", Time = At(17) });
        Assert.Equal(3, await world.AttributeAsync());
        Assert.Equal(["early|none|null|1", "sale|click|a|1"], await RowsAsync(world));

        await world.PublishAsync([Click with { Creative = "b", Time = At(19) }]);
        Assert.Equal(2, await world.AttributeAsync());
        Assert.Equal(["early|none|null|1", "sale|click|b|2"], await RowsAsync(world));
        Assert.Equal(["2026-10-20|216000|129600"], await world.LinesAsync(
            """
            SELECT day::text, totals_old->>'seconds_to_convert', totals_new->>'seconds_to_convert'
            FROM pipeline.restatement_log WHERE dataset = 'attributions'
            """));
        AssertSame(await world.TablesAsync(), world.Lake());
    }

    [Fact]
    public async Task What_brings_nothing_new_is_not_landed_again()
    {
        await using var world = await AttributionWorld.CreateAsync(postgres);
        await world.PublishAsync([Click], Sale);
        await world.AttributeAsync();
        Assert.Empty((await world.PlanAsync()).Pieces);

        await world.PublishAsync([], Sale);                                  // the same conversion once more
        Assert.Equal(0, await world.AttributeAsync());
        Assert.Equal(0, await world.AttributeAsync(new(new(2026, 10, 1), new(2026, 10, 31))));
        Assert.Equal(["2|landed"], await world.LinesAsync("SELECT count(*), state FROM pipeline.extraction GROUP BY state"));
        Assert.Empty(await world.LinesAsync(
            "SELECT 1 FROM pipeline.publication WHERE attributed_at IS NULL AND dataset IN ('clicks', 'conversions')"));
    }

    [Fact]
    public async Task A_run_that_began_earlier_and_ends_later_does_not_bring_back_what_it_had_read()
    {
        await using var world = await AttributionWorld.CreateAsync(postgres);
        await world.PublishAsync([], Sale);
        var piece = Assert.Single((await world.PlanAsync()).Pieces);
        var slow = world.Attributor(new Interrupted(world.Slices, async () =>
        {
            await world.PublishAsync([Click]);
            await world.AttributeAsync();
        }));
        await slow.RunAsync(piece, ["attributions", "campaign_counts"], Stopping);
        await world.PublishResultsAsync();
        Assert.Equal(["sale|click|a|1"], await RowsAsync(world));
        Assert.Equal(0, await world.AttributeAsync(new(new(2026, 10, 1), new(2026, 10, 31))));
    }

    [Fact]
    public async Task Superseded_objects_count_until_their_successors_are_visible_and_no_longer()
    {
        await using var world = await AttributionWorld.CreateAsync(postgres);
        await world.PublishAsync([], Sale with { Value = 1_0000 });
        await world.AttributeAsync();
        await world.PublishAsync([], Sale with { Value = 5_0000 });
        // As a compaction or a replay commits: the later publication's object in the place of the earlier one's.
        await Given.ExecuteAsync(world.Source,
            """
            UPDATE pipeline.lake_object SET state = 'superseded', superseded_by = (SELECT max(id) FROM pipeline.publication)
            WHERE publication_id = (SELECT min(id) FROM pipeline.publication);
            UPDATE pipeline.publication SET state = 'superseded' WHERE id = (SELECT min(id) FROM pipeline.publication);
            UPDATE pipeline.lake_object SET state = 'staged' WHERE publication_id = (SELECT max(id) FROM pipeline.publication);
            UPDATE pipeline.publication SET state = 'committed' WHERE id = (SELECT max(id) FROM pipeline.publication)
            """);
        Assert.Equal(0, await world.AttributeAsync(new(new(2026, 10, 1), new(2026, 10, 31))));
        Assert.Equal(["1.0000"], await world.LinesAsync("SELECT value FROM warehouse.attributions"));

        await Given.ExecuteAsync(world.Source,
            """
            UPDATE pipeline.lake_object SET state = 'visible' WHERE state = 'staged';
            UPDATE pipeline.publication SET state = 'visible' WHERE state = 'committed'
            """);
        Assert.Equal(1, await world.AttributeAsync());
        Assert.Equal(["5.0000|1"], await world.LinesAsync(
            "SELECT sum(value), (SELECT sum(conversions) FROM warehouse.campaign_counts) FROM warehouse.attributions"));
    }

    [Fact]
    public async Task A_day_whose_conversions_are_gone_loses_its_rows_in_table_and_lake()
    {
        await using var world = await AttributionWorld.CreateAsync(postgres);
        await world.PublishAsync([], Sale);
        await world.AttributeAsync();
        await world.PublishAsync([], Sale with { Id = "other", Time = At(25) });
        await Given.ExecuteAsync(world.Source,
            """
            UPDATE pipeline.lake_object SET state = 'superseded', superseded_by = (SELECT max(id) FROM pipeline.publication)
            WHERE publication_id = (SELECT min(id) FROM pipeline.publication)
            """);
        Assert.Equal(2, await world.AttributeAsync());
        Assert.Equal(["other|none|null|1"], await RowsAsync(world));
        Assert.Equal(["1"], await world.LinesAsync("SELECT sum(conversions) FROM warehouse.campaign_counts"));
        AssertSame(await world.TablesAsync(), world.Lake());
        Assert.Empty(await world.LinesAsync("SELECT code FROM pipeline.alert"));
    }

    [Fact]
    public async Task An_object_that_vanished_needs_a_person_unless_it_was_superseded_meanwhile()
    {
        await using var world = await AttributionWorld.CreateAsync(postgres);
        await world.PublishAsync([Click], Sale);
        var piece = new BucketDays(0, [new(2026, 10, 20)]);
        File.Delete(Directory.GetFiles(Path.Combine(world.LakeFolder, "clicks"), "*.parquet", SearchOption.AllDirectories).Single());
        var lost = await Assert.ThrowsAsync<TerminalException>(() => world.Attributor().RunAsync(piece, ["attributions"], Stopping));
        Assert.Contains("clicks/event_date=2026-10-18/user_bucket=0/", lost.Message);
        await new ReportAttributionActivity(new Alerts(world.Source, TimeProvider.System)).RunAsync(new(piece, lost.Message), Stopping);
        Assert.Equal(
            ["critical|attribution_failed|bucket-00 2026-10-20"],
            await world.LinesAsync("SELECT severity, code, subject FROM pipeline.alert"));

        var ledger = Hooked.After(world.Ledger, call => call == "ad_impressions" ? Given.ExecuteAsync(world.Source,
            "UPDATE pipeline.lake_object SET removed_at = now(), state = 'superseded' WHERE dataset = 'clicks'") : Task.CompletedTask);
        await Assert.ThrowsAsync<TransientException>(() => world.Attributor(ledger: ledger).RunAsync(piece, ["attributions"], Stopping));
        Assert.Equal([new(2026, 10, 20)], await world.Attributor().RunAsync(piece, ["attributions"], Stopping));
    }

    [Fact]
    public async Task Values_of_another_scale_are_told_and_not_guessed()
    {
        await using var world = await AttributionWorld.CreateAsync(postgres);
        var contract = Path.Combine(world.ContractFolder, "conversions.yaml");
        var text = await File.ReadAllTextAsync(contract, Stopping);
        await File.WriteAllTextAsync(contract, text.Replace("decimal(18,4)", "decimal(18,2)"), Stopping);
        await world.PublishAsync([], Sale);
        var error = await Assert.ThrowsAsync<TerminalException>(() => world.AttributeAsync());
        Assert.Contains("a column of type Decimal (scale 2) 'value'; attribution reads Decimal of scale 4", error.Message);
    }

    [Fact]
    public async Task The_summary_has_the_ratios_of_the_sums_and_the_value_in_one_currency()
    {
        await using var world = await AttributionWorld.CreateAsync(postgres, buckets: 2);
        var views = Enumerable.Range(0, 10).Select(i => new Touch(TouchKind.View, i % 2 == 0 ? "ann" : "bob", "spring", "a", At(18, i)));
        await world.PublishAsync(
            [.. views, Click, Click with { User = "bob", Time = At(19) }], Sale with { Currency = "USD" },
                Sale with { Id = "b", User = "bob", Currency = "USD", Value = 2_5000 },
            Sale with { Id = "c", User = "bob", Currency = "XXX" });
        await world.AttributeAsync();
        Assert.Equal(["spring|10|2|3|3|0|0.20|1.50|158400|12.50|1"], await world.LinesAsync(
            """
            SELECT campaign_id, impressions, clicks, conversions, click_conversions, view_conversions, round(ctr, 2), round(cvr, 2),
                round(avg_seconds_to_convert), round(value_base, 2), conversions_without_rate FROM warehouse.campaign_summary
            """));
    }

    private static Task<List<string>> RowsAsync(AttributionWorld world) => world.LinesAsync(
        "SELECT conversion_id, touch_type, touch_creative_id, revision FROM warehouse.attributions ORDER BY 1");

    private static void AssertSame(Outcome expected, Outcome actual)
    {
        Assert.Equal(expected.Attributed, actual.Attributed);
        Assert.Equal(expected.Counts, actual.Counts);
    }

    /// <summary>Lets something happen before the first landing.</summary>
    private sealed class Interrupted(ISliceLedger ledger, Func<Task> before) : ISliceLedger
    {
        private Func<Task>? before = before;

        public Task<Extraction> BeginAsync(SliceWindow window, IReadOnlyList<string> datasets, CancellationToken stopping) =>
            ledger.BeginAsync(window, datasets, stopping);

        public async Task<bool> LandAsync(Extraction extraction, IReadOnlyList<ExtractedPart> parts, string? suspect,
            CancellationToken stopping)
        {
            if (Interlocked.Exchange(ref before, null) is { } happening) await happening();
            return await ledger.LandAsync(extraction, parts, suspect, stopping);
        }

        public Task<IReadOnlyList<SliceStatus>> StatusAsync(string dataset, string? account, DateOnly from, DateOnly to,
            CancellationToken stopping) =>
            ledger.StatusAsync(dataset, account, from, to, stopping);
    }
}
