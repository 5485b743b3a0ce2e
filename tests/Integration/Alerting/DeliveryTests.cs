using System.Diagnostics;
using System.Net;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Alerting;
using Pipeline.Sinks.Alerting.Channels;
using Pipeline.Tests.Servers;
using static Pipeline.Tests.Integration.Alerting.Receiver;

namespace Pipeline.Tests.Integration.Alerting;

public sealed class DeliveryTests(PostgresServer postgres, ITestOutputHelper output)
{
    private static readonly TimeSpan Later = TimeSpan.FromMinutes(11);   // behind every pause and lease

    public static TheoryData<string, string> Failures
    {
        get
        {
            var failures = new TheoryData<string, string>();
            foreach (var kind in (string[])[ChannelKinds.Webhook, ChannelKinds.PagerDuty, ChannelKinds.Slack])
                foreach (var fault in Enum.GetNames<Kind>().Except([nameof(Kind.None)])) failures.Add(kind, fault);
            return failures;
        }
    }

    [Theory, MemberData(nameof(Failures))]
    public async Task A_receiver_that_fails_gets_each_alert_once_by_its_key(string kind, string fault)
    {
        await using var receiver = new Receiver();
        var options = AlertWorld.With(("own", AlertWorld.Of(kind, receiver)));
        await using var world = await AlertWorld.StartAsync(postgres, options);
        var patient = world.Channels;
        world.Channels = new(AlertWorld.Impatient(options), ChannelHttp.NewClient(), world.Clock);
        receiver.Then(new(Enum.Parse<Kind>(fault)), new(Enum.Parse<Kind>(fault)));
        await world.RaiseAsync("a");
        Assert.Equal(0, await world.DeliverAsync());
        await world.ResolveAsync("a");
        Assert.Equal(0, await world.DeliverAfterAsync(Later));
        world.Channels = patient;
        Assert.Equal(2, await world.DeliverAfterAsync(Later));

        // Slack cannot know that it has a message whose answer was lost.
        var isTold = kind == ChannelKinds.Slack && fault is nameof(Kind.TakeAndHang) or nameof(Kind.TakeAndReset);
        Assert.Equal([.. Enumerable.Repeat("raised", isTold ? 3 : 1), "resolved"], AlertWorld.Events(kind, receiver));
        Assert.Equal(["raised|3", "resolved|1"], await world.LinesAsync("SELECT event, tries FROM pipeline.alert_message ORDER BY id"));
    }

    [Fact]
    public async Task A_receiver_that_asks_for_time_is_left_alone_for_that_time()
    {
        await using var receiver = new Receiver();
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("pager", AlertWorld.PagerDuty(receiver))));
        receiver.Then(new Fault(Kind.Status, HttpStatusCode.TooManyRequests, RetryAfter: 120));
        await world.RaiseAsync("a");
        await world.RaiseAsync("b");
        await world.DeliverAsync();
        await world.DeliverAfterAsync(TimeSpan.FromSeconds(119));
        Assert.Equal(1, receiver.Requests);
        Assert.Equal(2, await world.DeliverAfterAsync(TimeSpan.FromSeconds(2)));
        Assert.Equal(3, receiver.Requests);
    }

    [Fact]
    public async Task Who_dies_between_sending_and_marking_repeats_the_message_under_its_key()
    {
        await using var receiver = new Receiver();
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("own", AlertWorld.Webhook(receiver))));
        var working = world.Channels;
        world.Channels = new(new Dictionary<string, IAlertChannel> { ["own"] = new DiesBehind(working.Find("own")!) });
        await world.RaiseAsync("a");
        await Assert.ThrowsAsync<InvalidOperationException>(world.DeliverAsync);
        world.Channels = working;
        Assert.Equal(0, await world.DeliverAsync());
        Assert.Equal(1, await world.DeliverAfterAsync(world.Options.Timeout * 2));
        Assert.Equal(2, receiver.All.Count);
        Assert.Single(AlertWorld.Told(receiver));
    }

    [Fact]
    public async Task Many_alerts_many_pollers_and_random_faults_come_to_each_event_once_and_in_order()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_SEED") ?? "1", System.Globalization.CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed} (PIPELINE_SEED)");
        var random = new Random(seed);
        await using var receiver = new Receiver();
        await using var other = new Receiver();
        var options = AlertWorld.With(("own", AlertWorld.Webhook(receiver)), ("other", AlertWorld.Webhook(other))) with
        {
            Timeout = TimeSpan.FromMilliseconds(300),
        };
        await using var world = await AlertWorld.StartAsync(postgres, options);
        var subjects = Enumerable.Range(0, 60).Select(i => $"s{i}").ToArray();
        foreach (var step in Enumerable.Range(0, 20))
        {
            foreach (var subject in subjects.Skip(step * 3).Take(3)) await world.RaiseAsync(subject);
            foreach (var subject in subjects.Skip((step - 2) * 3).Take(step < 2 ? 0 : 3)) await world.ResolveAsync(subject);
            receiver.Usual = new((Kind)random.Next(6));
            other.Usual = new((Kind)random.Next(6));
            world.Clock.Now += TimeSpan.FromSeconds(random.Next(60));
            await Task.WhenAll(world.DeliverAsync(), world.DeliverAsync(), world.DeliverAsync());
        }
        foreach (var subject in subjects[^6..]) await world.ResolveAsync(subject);
        (receiver.Usual, other.Usual) = (new(Kind.None), new(Kind.None));
        await world.DeliverUntilAsync(() => Events(receiver).Count >= 2 * subjects.Length && Events(other).Count >= 2 * subjects.Length);
        await world.DeliverAfterAsync(Later);

        foreach (var one in (Receiver[])[receiver, other])
        {
            var told = Events(one);
            Assert.Equal(2 * subjects.Length, told.Count);
            Assert.All(subjects, subject => Assert.Equal(
                ["alert.raised", "alert.resolved"], told.Where(each => each.Subject == subject).Select(each => each.Type)));
        }
    }

    private static List<(string Subject, string Type)> Events(Receiver receiver) =>
        [.. AlertWorld.Told(receiver).SelectMany(each => each.Subjects.Select(subject => (subject, each.Type)))];

    [Theory]
    [InlineData(ChannelKinds.Webhook)]
    [InlineData(ChannelKinds.PagerDuty)]
    [InlineData(ChannelKinds.Slack)]
    public async Task What_began_and_ended_while_a_channel_was_away_for_30_hours_arrives_once(string kind)
    {
        await using var dead = new Receiver { Usual = new(Kind.Status) };
        await using var alive = new Receiver();
        await using var world = await AlertWorld.StartAsync(
            postgres, AlertWorld.With(("dead", AlertWorld.Of(kind, dead)), ("alive", AlertWorld.Webhook(alive))));
        for (var hour = 0; hour < 30; hour++)
        {
            if (hour == 1) await world.RaiseAsync("a");
            if (hour == 5) await world.ResolveAsync("a");
            await world.DeliverAfterAsync(TimeSpan.FromHours(1));
        }
        Assert.Equal(["alert.raised a", "alert.resolved a", "alert.raised dead"], Raised(alive));
        Assert.Empty(dead.All);

        dead.Usual = new(Kind.None);
        await world.DeliverUntilAsync(() => dead.All.Count > 0);
        await world.DeliverAfterAsync(TimeSpan.FromDays(2));
        Assert.Equal(["raised", "resolved"], AlertWorld.Events(kind, dead));
        Assert.Equal(2, dead.All.Count);
        Assert.Equal("alert.resolved dead", Raised(alive)[^1]);
        Assert.Equal(["delivered"], await world.LinesAsync("SELECT DISTINCT state FROM pipeline.alert_message"));
    }

    [Fact]
    public async Task A_broken_channel_gets_one_try_a_run_and_all_that_waits_with_the_first_message_it_takes()
    {
        await using var dead = new Receiver { Usual = new(Kind.Status) };
        await using var alive = new Receiver();
        await using var world = await AlertWorld.StartAsync(
            postgres, AlertWorld.With(("dead", AlertWorld.PagerDuty(dead)), ("alive", AlertWorld.Webhook(alive))));
        for (var i = 0; i < 30; i++) await world.RaiseAsync($"s{i:00}");
        for (var run = 1; run <= 40; run++)
        {
            if (run < 30) await world.ResolveAsync($"s{run:00}");   // more rounds, for the other channel
            await world.DeliverAfterAsync(TimeSpan.FromHours(1));
            Assert.Equal(run, dead.Requests);
        }

        dead.Usual = new(Kind.None);
        await world.RaiseAsync("new");
        await world.DeliverAsync();
        await world.DeliverAfterAsync(world.Options.Timeout * 2);   // what may have been under way elsewhere
        Assert.Equal(31 + 29, AlertWorld.Events(ChannelKinds.PagerDuty, dead).Length);
        Assert.Equal(31 + 29, dead.All.Count);
    }

    [Fact]
    public async Task What_waits_for_a_channel_that_the_settings_lost_goes_when_they_have_it_again()
    {
        await using var pager = new Receiver();
        await using var alive = new Receiver();
        var options = AlertWorld.With(("pager", AlertWorld.PagerDuty(pager)), ("alive", AlertWorld.Webhook(alive)));
        await using var world = await AlertWorld.StartAsync(postgres, options);
        var all = world.Channels;
        await world.RaiseAsync("a");
        await world.RaiseAsync("b");
        await world.DeliverAsync();
        world.Channels = new(AlertWorld.With(("alive", AlertWorld.Webhook(alive))), ChannelHttp.NewClient(), world.Clock);
        await world.ResolveAsync("a");
        await world.ResolveAsync("b");
        for (var day = 0; day < 3; day++) await world.DeliverAfterAsync(TimeSpan.FromDays(1));
        Assert.Equal(["alert.raised a b", "alert.resolved a b"], AlertWorld.Lines(alive));
        Assert.Equal(["raised", "raised"], AlertWorld.Events(ChannelKinds.PagerDuty, pager));

        world.Channels = all;
        await world.DeliverAsync();
        Assert.Equal(["raised", "raised", "resolved", "resolved"], AlertWorld.Events(ChannelKinds.PagerDuty, pager));
    }

    [Fact]
    public async Task What_began_and_ended_while_nobody_delivered_for_30_hours_is_told()
    {
        await using var receiver = new Receiver();
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("own", AlertWorld.Webhook(receiver))));
        await world.RaiseAsync("before");
        await world.DeliverAsync();
        world.Clock.Now += TimeSpan.FromHours(1);
        await world.RaiseAsync("a");
        await world.ResolveAsync("a");
        await world.DeliverAfterAsync(TimeSpan.FromHours(29));
        Assert.Equal(["alert.raised before", "alert.raised a", "alert.repeated before", "alert.resolved a"], AlertWorld.Lines(receiver));
    }

    // What was told of "a" and of the channel itself; that either is still open says nothing new.
    private static string[] Raised(Receiver receiver) =>
        [.. AlertWorld.Lines(receiver).Where(line => !line.StartsWith("alert.repeated", StringComparison.Ordinal))];

    [Fact]
    public async Task A_channel_that_refuses_is_told_of_at_once_and_nothing_secret_is_said()
    {
        await using var refusing = new Receiver();
        await using var alive = new Receiver();
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(
            ("slack", AlertWorld.Slack(refusing)), ("pager", AlertWorld.PagerDuty(refusing)), ("own", AlertWorld.Webhook(alive))));
        refusing.Usual = new(Kind.Status, HttpStatusCode.Forbidden);
        await world.RaiseAsync("a");
        await world.DeliverAsync();
        await world.DeliverAsync();
        var told = AlertWorld.Told(alive).SelectMany(each => each.Subjects).Order();
        Assert.Equal(["a", "pager", "slack"], told);
        var ledger = string.Join('\n', await world.LinesAsync(
            "SELECT a::text FROM pipeline.alert a UNION ALL SELECT m::text FROM pipeline.alert_message m"));
        Assert.Contains("403 (Forbidden)", ledger);
        Assert.DoesNotContain("canary", ledger + string.Concat(alive.All.Select(each => each.Body)), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_channels_alerts_stay_in_the_ledger_and_old_ones_are_not_told_when_the_first_is_set_up()
    {
        await using var receiver = new Receiver();
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("own", AlertWorld.Webhook(receiver))));
        await world.RaiseAsync("ended");
        await world.ResolveAsync("ended");
        await world.RaiseAsync("open", AlertSeverity.Warning);
        Assert.Equal(1, await world.DeliverAfterAsync(TimeSpan.FromDays(30)));
        Assert.Equal(["alert.raised open"], AlertWorld.Lines(receiver));
    }

    [Fact]
    public async Task Traces_of_calls_do_not_hold_the_address_of_a_channel()
    {
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "System.Net.Http",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => seen.Enqueue(string.Join(' ', activity.TagObjects.Select(tag => tag.Value))),
        };
        ActivitySource.AddActivityListener(listener);
        await using var receiver = new Receiver();
        await using var world = await AlertWorld.StartAsync(postgres, AlertWorld.With(("slack", AlertWorld.Slack(receiver))));
        await world.RaiseAsync("a");
        Assert.Equal(1, await world.DeliverAsync());
        using (var usual = new HttpClient()) await usual.GetAsync(new Uri(receiver.Url, "/usual"), TestContext.Current.CancellationToken);
        Assert.Contains(seen, tags => tags.Contains("/usual", StringComparison.Ordinal));
        Assert.DoesNotContain(seen, tags => tags.Contains("canary", StringComparison.Ordinal));
    }

    /// <summary>The process ends when the receiver has the message and the ledger does not know.</summary>
    private sealed class DiesBehind(IAlertChannel channel) : IAlertChannel
    {
        public int AlertsPerMessage => channel.AlertsPerMessage;

        public async Task<SendOutcome> SendAsync(AlertMessage message, CancellationToken stopping)
        {
            await channel.SendAsync(message, stopping);
            throw new InvalidOperationException("killed");
        }

        public Task<string?> ReachAsync(CancellationToken stopping) => channel.ReachAsync(stopping);
    }
}
