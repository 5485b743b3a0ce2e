using Pipeline.Domain.Publications;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Dedupe.DedupeWorld;

namespace Pipeline.Tests.Integration.Dedupe;

public sealed class DedupeTests(PostgresServer postgres)
{
    [Fact]
    public async Task Of_rows_with_one_key_the_first_stays_within_a_publication_and_beyond_it()
    {
        await using var world = await CreateAsync(postgres);
        Assert.Equal(new PublicationCounts(5, 3, 2, 0), await world.PublishAsync(
            View("u1", 0, "n1"), View("u1", 1, "n2"), View("u2", 0, "n3"), View("u1", 0, "n4", ad: "b"), View("u2", -70, "n5")));
        Assert.Equal(new PublicationCounts(3, 1, 2, 0), await world.PublishAsync(
            View("u1", 2, "n6"), View("u3", 0, "n7"), View("u2", 5, "n8")));
        Assert.Equal("n1 n3 n4 n7", world.Notes());
    }

    [Fact]
    public async Task The_window_holds_both_its_ends_and_ends_there()
    {
        await using var world = await CreateAsync(postgres);
        await world.PublishAsync(View("u1", 0, "n1"));
        Assert.Equal(new PublicationCounts(4, 2, 2, 0), await world.PublishAsync(
            View("u1", 72, "n2"), View("u1", -72, "n3"), View("u1", 72.01, "n4"), View("u1", -72.01, "n5")));
        Assert.Equal("n1 n4 n5", world.Notes());
    }

    [Fact]
    public async Task An_identifier_alone_tells_rows_apart_where_there_is_one()
    {
        await using var world = await CreateAsync(postgres);
        Assert.Equal(new PublicationCounts(4, 3, 1, 0), await world.PublishAsync(
            View("u1", 0, "n1", id: "x"), View("u1", 0, "n2", id: "y"), View("u2", 1, "n3", id: "x"), View("u1", 0, "n4")));
        Assert.Equal("n1 n2 n4", world.Notes());
    }

    [Fact]
    public async Task A_filtered_row_is_counted_under_its_rule_and_has_no_key()
    {
        await using var world = await CreateAsync(postgres);
        Assert.Equal(new PublicationCounts(3, 1, 1, 1), await world.PublishAsync(
            View("test-1", 0, "n1", id: "x"), View("u1", 0, "n2", id: "x"), View("u1", 0, "n3", id: "x")));
        Assert.Equal("n2", world.Notes());
        Assert.Equal(["filtered|test_traffic|1"], await world.LinesAsync("SELECT code, field, records FROM pipeline.rejection"));
    }

    [Fact]
    public async Task Of_two_publications_at_once_the_second_to_commit_finds_the_firsts_keys()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(View("u1", 0, "n1"), View("u2", 0, "n2"));
        var first = await world.PlanAsync();
        await world.LandAsync(View("u1", 1, "n3"), View("u3", 0, "n4"));
        var second = await world.PlanAsync();
        world.BeforeCommit = async () => await world.TransformAsync(second);

        var late = await world.TransformAsync(first);

        Assert.Equal((PublicationEndCommitted, new PublicationCounts(2, 1, 1, 0)), (late.End, late.Counts));
        Assert.Equal("n2 n3 n4", world.Notes());
        Assert.Equal(["3|3"], await world.LinesAsync("SELECT count(*), count(DISTINCT hash) FROM pipeline.dedupe_key"));
        Assert.Equal(["2"], await world.LinesAsync($"SELECT attempt FROM pipeline.publication WHERE id = {first}"));
    }

    [Fact]
    public async Task And_commits_without_another_look_where_no_key_is_shared()
    {
        await using var world = await CreateAsync(postgres);
        await world.LandAsync(View("u1", 0, "n1"));
        var first = await world.PlanAsync();
        await world.LandAsync(View("u2", 0, "n2"));
        var second = await world.PlanAsync();
        world.BeforeCommit = async () => await world.TransformAsync(second);
        Assert.Equal(1, (await world.TransformAsync(first)).Counts.Out);
        Assert.Equal(["1"], await world.LinesAsync($"SELECT attempt FROM pipeline.publication WHERE id = {first}"));
    }

    [Fact]
    public async Task A_lost_object_is_made_again_with_the_rows_it_had()
    {
        await using var world = await CreateAsync(postgres);
        await world.PublishAsync(View("u1", 0, "n1"));
        await world.LandAsync(View("u1", 1, "n2"), View("u2", 0, "n3"), View("u2", 0, "n4"), View("u3", 0, "n5"));
        var lost = await world.TransformAsync(await world.PlanAsync(), new LossyLake(world.Lake));
        Assert.Equal((1, new PublicationCounts(4, 2, 2, 0)), (lost.Unfinished, lost.Counts));
        // A later row of a key that the lost publication has, beyond its window, is no reason to leave the key's own row out.
        await world.PublishAsync(View("u3", 80, "n6"), View("u2", 3, "n7"));

        Assert.Equal(1, (await world.SweepAsync()).ObjectsRebuilt);

        Assert.Equal("n1 n3 n5 n6", world.Notes());
    }

    [Fact]
    public async Task Records_that_are_published_again_have_their_own_keys()
    {
        await using var world = await CreateAsync(postgres);
        await world.PublishAsync(View("u1", 0, "n1"), View("u1", 1, "n2"), View("u2", 0, "n3"));
        await Given.ExecuteAsync(world.Source,
            """
            INSERT INTO pipeline.publication (dataset, contract_version, state, raw_bytes, planned_at) VALUES ('views', 2, 'planned', 1, now());
            INSERT INTO pipeline.publication_segment SELECT max(publication.id), max(segment.id) FROM pipeline.publication, pipeline.segment;
            """);
        var again = await world.TransformAsync(2, contract: DedupeWorld.Views with { Version = 2 });
        Assert.Equal(new PublicationCounts(3, 2, 1, 0), again.Counts);
        Assert.Equal(["2"], await world.LinesAsync("SELECT count(*) FROM pipeline.dedupe_key"));
    }

    [Fact]
    public async Task Keys_are_forgotten_when_the_events_have_left_them_behind_and_not_before()
    {
        await using var world = await CreateAsync(postgres);
        world.Clock.Now = Given.Noon.AddDays(30);
        await world.PublishAsync(View("u1", 0, "n1"), View("late", -24 * 60, "n2"));
        await world.PublishAsync(View("u2", 24 * 4, "n3"));
        Assert.Equal(0, (await world.SweepAsync()).KeysForgotten);
        Assert.Equal(1, (await world.PublishAsync(View("late", -24 * 60, "n4"))).Duplicates);
        await world.PublishAsync(View("u3", 24 * 6, "n5"));
        Assert.Equal(2, (await world.SweepAsync()).KeysForgotten);
        Assert.Equal(0, (await world.SweepAsync()).KeysForgotten);
        Assert.Equal(1, (await world.PublishAsync(View("u2", 24 * 4, "n6"))).Duplicates);
    }

    [Fact]
    public async Task A_row_from_the_future_makes_no_key_forgotten()
    {
        await using var world = await CreateAsync(postgres);
        await world.PublishAsync(View("u1", 0, "n1"));
        await world.PublishAsync(View("u2", 24 * 365 * 50, "n2"));
        Assert.Equal(0, (await world.SweepAsync()).KeysForgotten);
        Assert.Equal(1, (await world.PublishAsync(View("u1", 0, "n3"))).Duplicates);
    }

    private const Transforms.Publishing.PublicationEnd PublicationEndCommitted = Transforms.Publishing.PublicationEnd.Committed;
}
