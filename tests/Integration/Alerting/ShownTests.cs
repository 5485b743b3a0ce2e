using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.App.Activities;
using Pipeline.App.Cli;
using Pipeline.Contracts;
using Pipeline.Domain.Alerts;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Alerting;
using Pipeline.Sinks.Alerting.Channels;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Sinks.Warehouse;
using Pipeline.Sources.Sqs;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Integration.Slices;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Attribution;
using Pipeline.Transforms.Rates;
using static Pipeline.Tests.Integration.Slices.SliceWorld;

namespace Pipeline.Tests.Integration.Alerting;

/// <summary>Every code, raised by the part that raises it: what its alert says can be pasted is pasted.</summary>
/// <remarks>Alerts of quality are looked at where a month of them is made: <see cref="Quality.MonthTests"/>.</remarks>
public sealed class ShownTests(PostgresServer postgres)
{
    public static TheoryData<string> Codes => [.. AlertCodes.All.Select(known => known.Code).Where(code => code != AlertCodes.Test)];

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Codes))]
    public async Task An_alert_tells_since_when_what_was_expected_what_was_seen_and_how_to_see_it(string code)
    {
        await using var world = await CreateAsync(postgres);
        await RaiseAsync(world, code);

        var open = await new AlertList(world.Source, world.Clock).ReadAsync(true, null, 10, null, Stopping);
        var alert = Assert.Single(open, each => each.Code == code);
        Assert.NotNull(alert.Since);
        Assert.NotEmpty(alert.Expected!);
        Assert.NotEmpty(alert.Seen!);
        // What the two commands find of a stopped queue and a stray object, the tests of the command line look at.
        if (alert.Query!.Split(' ') is ["pipeline", .. var arguments]) Assert.Empty(CommandLine.Verbs().Parse(arguments).Errors);
        else Assert.NotEmpty(await world.LinesAsync(alert.Query));
    }

    private static async Task RaiseAsync(SliceWorld world, string code)
    {
        var day = Week with { To = Day };
        var landing = new LandingLedger(world.Source, world.Clock);
        var alerts = new Alerts(world.Source, world.Clock);
        switch (code)
        {
            case "alert_undeliverable":
                await RefuseAsync(world, alerts);
                break;
            case "attribution_failed":
                var before = await world.Slices.BeginAsync(
                    new("attribution", "bucket-00", "conversions", Day, Day), ["attributions"], Stopping);
                await world.Slices.LandAsync(before, [], null, Stopping);
                await new ReportAttributionActivity(alerts).RunAsync(new(new BucketDays(0, [Day]), "An object vanished."), Stopping);
                break;
            case "empty_slice":
                await world.LandAsync(day, Row(Day, "a", 1));
                await world.PublishAsync();
                await world.LandPartsAsync(day, suspect: null);
                await world.PublishAsync();
                break;
            case "field_new":
                await world.LandAsync(day, Row(Day, "a", 1).Replace("\"clicks\"", "\"it's new\"", StringComparison.Ordinal));
                await world.PublishAsync();
                break;
            case "file_refused":
                await new FileLedger(world.Source, world.Clock).RefuseAsync(await SeeAsync(world), "A record is too long.", Stopping);
                break;
            case "file_unread":
                var file = await SeeAsync(world);
                for (var i = 0; i < 3; i++) await new FileLedger(world.Source, world.Clock).FailAsync(file, "Permission denied.", Stopping);
                break;
            case "object_unfinished":
                await CommitAsync(world, "orders/day=2026-11-20/1-0.parquet");
                await world.Lake.PutAsync("orders/day=2026-11-20/1-0.parquet", "other"u8.ToArray(), Stopping);
                await SweepAsync(world, alerts);
                break;
            case "object_unknown":
                await CommitAsync(world, "orders/day=2026-11-20/1-0.parquet");
                await world.Lake.PutAsync("orders/day=2026-11-20/stray.parquet", new byte[1], Stopping);
                await SweepAsync(world, alerts);
                break;
            case "positions_void":
                var claim = (await landing.ClaimAsync("orders", ["orders-0"], Stopping))[0];
                await landing.LandAsync([Given.Draft(claim, 0, 10, 0) with { ObjectKey = "", RawBytes = 0, ObjectBytes = 0 }], Stopping);
                break;
            case "publication_failed":
                var plan = await Given.PlannedAsync(world.Source, 3);
                await world.Ledger.FailAsync(plan.Id, "The table differs.", Stopping);
                break;
            case "publication_waiting":
                var waiting = await Given.PlannedAsync(world.Source, 3);
                await world.Ledger.DelayAsync(waiting.Id, "S3 does not answer.", Stopping);
                break;
            case "queue_stopped":
                await DrainAsync(world, alerts);
                break;
            case "shard_stopped":
                var stopped = (await landing.ClaimAsync("orders", ["orders-0"], Stopping))[0];
                await landing.StopAsync("orders", stopped.Shard, "The topic was recreated.", Stopping);
                break;
            case "slice_suspect":
                await world.LandPartsAsync(day, "It holds 1 of 3 rows.", [[Row(Day, "a", 1)]]);
                break;
            case "slice_withheld":
                await world.LandAsync(day, Row(Day, "a", 1).Replace("\"spend\":1", "\"spend\":true", StringComparison.Ordinal));
                await world.PublishAsync();
                break;
            case "source_stopped":
                await new SourceBudget(world.Source, world.Clock).StopAsync("facebook", "act_1", "The token is dead.", Stopping);
                break;
            default:
                Assert.Fail($"Nothing here raises {code}; let the part that does.");
                break;
        }
    }

    private static async Task RefuseAsync(SliceWorld world, IAlerts alerts)
    {
        await using var refusing = new Receiver { Usual = new(Receiver.Kind.Status, System.Net.HttpStatusCode.Forbidden) };
        var options = AlertWorld.With(("slack", AlertWorld.Slack(refusing)));
        using var http = ChannelHttp.NewClient();
        await alerts.RaiseAsync(Given.Alert("file_refused", "a.csv"), Stopping);
        await new AlertDelivery(
            world.Source, options, new(options, http, world.Clock), world.Clock, NullLogger<AlertDelivery>.Instance).RunAsync(Stopping);
    }

    private static async Task<Domain.Files.DroppedFile> SeeAsync(SliceWorld world)
    {
        var ledger = new FileLedger(world.Source, world.Clock);
        StoredObject listed = new("it's.csv", 10, Given.Noon, "tag");
        return (await ledger.SeeAsync("orders", new Shard("drop", 1), [listed], Given.Noon, Stopping))[0].File;
    }

    private static async Task CommitAsync(SliceWorld world, string key)
    {
        await using var upload = await world.Lake.BeginUploadAsync(key, Stopping);
        await upload.WriteAsync("rows"u8.ToArray(), Stopping);
        var staged = await upload.FinishAsync(Stopping);
        var plan = await Given.PlannedAsync(world.Source, 1);
        await using var session =
            (await new PublicationSessions(world.Source, world.Clock).BeginAsync(plan.Id, Given.Orders with { Table = null }, Stopping))!;
        await session.CommitAsync(Given.Result(1, new PublishedObject(staged, ObjectRole.Data, new DateOnly(2026, 11, 20), 1)), Stopping);
    }

    private static Task SweepAsync(SliceWorld world, IAlerts alerts) => new SweepLeftovers(
        world.Source, world.Stores, alerts, world.Clock, (_, _) => throw new InvalidOperationException("nothing is lost here"))
        .RunAsync(Stopping);

    private static async Task DrainAsync(SliceWorld world, IAlerts alerts)
    {
        var contract = ContractReader.ReadFolder(Repository.PathOf("functions/datasets")).Verified().Named("user_logins");
        var queue = new QueueOptions { Url = "https://sqs.us-east-1.amazonaws.com/000000000000/user-logins", Region = "us-east-1" };
        using var http = new HttpClient();
        await new DrainQueues(
            new(http, () => throw new TerminalException("There are no AWS credentials."), world.Clock),
            new SqsOptions { Queues = new() { ["user-logins"] = queue } }, DrainLimits.Default, new QueueLedger(world.Source, world.Clock),
            new LandingLedger(world.Source, world.Clock), new(world.Stores.Segments, new()),
            FxRates.Parse("date,currency,rate\n2026-01-01,EUR,1\n", "none"), alerts, world.Clock, NullLogger<DrainQueues>.Instance)
            .RunAsync([contract], Stopping);
    }
}
