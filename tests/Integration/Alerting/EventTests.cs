using Pipeline.Domain.Ports;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Alerting;

public sealed class EventTests(PostgresServer postgres)
{
    [Fact]
    public async Task Alerts_raised_within_the_wait_go_out_as_one_message()
    {
        await using var receiver = new Receiver();
        var options = AlertWorld.With(("own", AlertWorld.Webhook(receiver))) with { GroupWait = TimeSpan.FromSeconds(30) };
        await using var world = await AlertWorld.StartAsync(postgres, options);
        await world.RaiseAsync("a", AlertSeverity.Warning);
        Assert.Equal(0, await world.DeliverAfterAsync(TimeSpan.FromSeconds(29)));
        await world.RaiseAsync("b");
        Assert.Equal(1, await world.DeliverAfterAsync(TimeSpan.FromSeconds(1)));
        Assert.Equal(["alert.raised b a"], AlertWorld.Lines(receiver));
    }

    [Fact]
    public async Task A_storm_is_counted_for_people_and_cut_for_programs()
    {
        await using var slack = new Receiver();
        await using var own = new Receiver();
        await using var pager = new Receiver();
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(
            ("slack", AlertWorld.Slack(slack)), ("own", AlertWorld.Webhook(own)), ("pager", AlertWorld.PagerDuty(pager))));
        for (var i = 0; i < 25; i++) await world.RaiseAsync($"s{i:00}", code: i < 20 ? "object_unknown" : "shard_stopped");
        await world.DeliverAsync();

        var message = Assert.Single(slack.All).Body;
        Assert.Contains("25 alerts, 25 of them critical", message);
        Assert.Contains("s09", message);
        Assert.DoesNotContain("s10", message);
        Assert.Contains("And 15 more: 10 x object_unknown, 5 x shard_stopped.", message);
        Assert.Equal([10, 10, 5], AlertWorld.Told(own).Select(each => each.Subjects.Count));
        Assert.Equal(25, pager.All.Count);
    }

    [Fact]
    public async Task What_is_re_opened_within_moments_is_neither_ended_nor_raised_again()
    {
        await using var pager = new Receiver();
        await using var own = new Receiver();
        var options = AlertWorld.With(("pager", AlertWorld.PagerDuty(pager)), ("own", AlertWorld.Webhook(own))) with
        {
            ResolveWait = TimeSpan.FromMinutes(3),
        };
        await using var world = await AlertWorld.StartAsync(postgres, options);
        for (var i = 0; i < 5; i++)
        {
            await world.RaiseAsync("flapping", i == 3 ? AlertSeverity.Critical : AlertSeverity.Warning);
            await world.DeliverAfterAsync(TimeSpan.FromSeconds(50));
            await world.ResolveAsync("flapping");
            await world.DeliverAfterAsync(TimeSpan.FromSeconds(50));
        }
        Assert.Equal(["alert.raised flapping", "alert.escalated flapping"], AlertWorld.Lines(own));
        await world.DeliverAfterAsync(TimeSpan.FromMinutes(3));
        Assert.Equal("alert.resolved flapping", AlertWorld.Lines(own)[^1]);
        Assert.Equal(3, own.All.Count);

        var events = pager.All.Select(each => System.Text.Json.JsonDocument.Parse(each.Body).RootElement).ToList();
        Assert.Equal(["trigger", "trigger", "resolve"], events.Select(each => each.GetProperty("event_action").GetString()));
        Assert.Single(events.Select(each => each.GetProperty("dedup_key").GetString()).Distinct());

        await world.RaiseAsync("flapping");
        await world.DeliverAfterAsync(TimeSpan.FromHours(1));
        Assert.Equal("alert.raised flapping", AlertWorld.Lines(own)[^1]);
    }

    [Fact]
    public async Task An_open_alert_is_told_again_after_a_while_and_when_it_becomes_critical()
    {
        await using var own = new Receiver();
        var options = AlertWorld.With(("own", AlertWorld.Webhook(own))) with { RepeatAfter = TimeSpan.FromHours(1) };
        await using var world = await AlertWorld.StartAsync(postgres, options);
        await world.RaiseAsync("a", AlertSeverity.Warning);
        await world.DeliverAsync();
        await world.RaiseAsync("a", AlertSeverity.Warning);
        await world.DeliverAfterAsync(TimeSpan.FromMinutes(59));
        await world.RaiseAsync("a");
        await world.DeliverAsync();
        await world.DeliverAfterAsync(TimeSpan.FromMinutes(59));
        await world.DeliverAfterAsync(TimeSpan.FromMinutes(1));
        await world.DeliverAfterAsync(TimeSpan.FromHours(1));
        Assert.Equal(["alert.raised a", "alert.escalated a", "alert.repeated a", "alert.repeated a"], AlertWorld.Lines(own));
    }

    [Fact]
    public async Task An_alert_goes_where_its_routes_lead_and_its_end_goes_where_it_was_told()
    {
        await using var pager = new Receiver();
        await using var own = new Receiver();
        var options = AlertWorld.With(("pager", AlertWorld.PagerDuty(pager)), ("own", AlertWorld.Webhook(own))) with
        {
            Routes =
            [
                new() { Channels = "pager", Severities = "critical" },
                new() { Channels = "own", Datasets = "orders,clicks", Codes = "shard_,slice_" },
            ],
        };
        await using var world = await AlertWorld.StartAsync(postgres, options);
        await world.RaiseAsync("1", AlertSeverity.Warning);
        await world.RaiseAsync("2", AlertSeverity.Critical, "clicks", "slice_withheld");
        await world.RaiseAsync("3", AlertSeverity.Critical, "clicks", "file_refused");
        await world.RaiseAsync("4", AlertSeverity.Warning, "", "source_stopped");
        await world.DeliverAsync();
        Assert.Equal(["alert.raised 2 1"], AlertWorld.Lines(own));
        Assert.Equal(2, pager.All.Count);

        await world.RaiseAsync("1");
        await world.DeliverAsync();
        await world.ResolveAsync("1");
        await world.ResolveAsync("4", "", "source_stopped");
        await world.DeliverAsync();
        Assert.Equal(["alert.raised 2 1", "alert.escalated 1", "alert.resolved 1"], AlertWorld.Lines(own));
        Assert.Equal(4, pager.All.Count);
    }

    [Fact]
    public async Task Who_hears_only_of_what_is_critical_is_told_once_of_an_alert_that_is_re_opened_as_critical()
    {
        await using var pager = new Receiver();
        await using var own = new Receiver();
        var options = AlertWorld.With(("pager", AlertWorld.Webhook(pager)), ("own", AlertWorld.Webhook(own))) with
        {
            ResolveWait = TimeSpan.FromMinutes(3),
            Routes = [new() { Channels = "own" }, new() { Channels = "pager", Severities = "critical" }],
        };
        await using var world = await AlertWorld.StartAsync(postgres, options);
        await world.RaiseAsync("a", AlertSeverity.Warning);
        await world.DeliverAsync();
        await world.ResolveAsync("a");
        await world.DeliverAfterAsync(TimeSpan.FromMinutes(1));
        await world.RaiseAsync("a");
        await world.DeliverAfterAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["alert.raised a", "alert.escalated a"], AlertWorld.Lines(own));
        Assert.Equal(["alert.raised a"], AlertWorld.Lines(pager));

        await world.ResolveAsync("a");
        await world.DeliverAfterAsync(TimeSpan.FromMinutes(4));
        Assert.Equal(["alert.raised a", "alert.resolved a"], AlertWorld.Lines(pager));
    }

    [Fact]
    public async Task A_run_that_finds_nothing_reads_no_more_of_a_long_history()
    {
        await using var own = new Receiver();
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("own", AlertWorld.Webhook(own))));
        await world.LinesAsync(
            """
            INSERT INTO pipeline.alert (severity, dataset, code, subject, text, raised_at, last_seen_at, resolved_at, told_severity, told_at,
                told_resolved)
            SELECT 'critical', 'orders', 'shard_stopped', n::text, 'Old.', now(), now(), now(), 'critical', now(), true
            FROM generate_series(1, 100000) AS n
            """);
        await world.LinesAsync("ANALYZE pipeline.alert");
        await world.LinesAsync("SELECT pg_stat_reset()");
        Assert.Equal(0, await world.DeliverAsync());
        Assert.Equal(["0"], await RowsReadAsync());
        await world.LinesAsync("SELECT count(text) FROM pipeline.alert");
        Assert.Equal(["100000"], await RowsReadAsync());

        async Task<List<string>> RowsReadAsync()
        {
            await world.LinesAsync("SELECT pg_stat_force_next_flush()");
            return await world.LinesAsync(
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE schemaname = 'pipeline' AND relname = 'alert'");
        }
    }
}
