using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Demo;

public sealed class DemoTests : IDisposable
{
    private static readonly string Samples = Repository.PathOf("sample-data", "user-actions", "user_actions.ndjson");

    private readonly DemoRun demo = new();
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_sample_events_are_all_accounted_for_and_a_second_run_feeds_nothing()
    {
        var records = File.ReadAllBytes(Samples).Count(character => character == (byte)'\n');
        var first = await demo.OnceAsync(Samples, stopping);
        Assert.True(first.ExitCode == 0, first.Output);
        AssertAdsAndLogins(first.Output);
        var counts = Counts();
        Assert.Equal(records, counts.In);
        Assert.True(counts.Rejected > 0);

        var second = await demo.OnceAsync(Samples, stopping);
        Assert.True(second.ExitCode == 0, second.Output);
        Assert.Contains("was fed to this home before: nothing to feed.", second.Output, StringComparison.Ordinal);
        Assert.Equal(counts, Counts());
        AssertAdsAndLogins(second.Output);
    }

    [Fact]
    public async Task The_providers_figures_are_shown_and_a_second_run_restates_nothing()
    {
        var first = await AcceptAsync(Samples);
        AssertProvidersAgree(first);
        var shown = Campaigns(first);
        Assert.Equal(["facebook", "google_ads"], shown.Select(row => row[0]).Distinct());
        Assert.All(shown.Where(row => row[2] == "USD"), row => Assert.Equal(row[4], row[9]));
        Assert.All(shown.Where(row => row[2] != "USD"), row => Assert.NotEqual(row[4], row[9]));
        Assert.All(shown, row => Assert.Equal(Number(row[4]) / Number(row[3]), Number(row[6]), tolerance: 0.0051));
        Assert.All(shown, row => Assert.Equal(Number(row[9]) / Number(row[3]), Number(row[10]), tolerance: 0.0051));
        var rows = (Ads: Rows("ad_performance"), Events: Rows("clevertap_events"));
        Assert.Equal(Rows("facebook_insights") + Rows("google_ads_rows"), rows.Ads);
        Assert.True(rows.Events > 0);

        var second = await AcceptAsync(Samples);
        AssertProvidersAgree(second);
        Assert.Equal(shown, Campaigns(second));
        Assert.Equal(rows, (Rows("ad_performance"), Rows("clevertap_events")));
    }

    [Fact]
    public async Task A_second_file_is_added_to_the_first()
    {
        await AcceptAsync(Generate("first", lines: 3000, seed: 1));
        await AcceptAsync(Generate("second", lines: 2000, seed: 2));
        Assert.Equal(5000, Counts().In);
    }

    [Fact]
    public async Task A_feed_that_was_killed_is_finished_by_the_next_run()
    {
        var events = Generate("large", lines: 1_500_000, seed: 3);
        using (var killed = demo.Start(events))
        {
            while (!killed.HasExited && Landed() < 100_000) await Task.Delay(20, stopping);
            Assert.False(killed.HasExited, "The demo ended before it could be killed.");
            demo.KillEverything(killed);
        }

        Assert.Equal(events, demo.State.GetProperty("feeding").GetProperty("file").GetString());
        var output = await AcceptAsync(events);
        Assert.Contains("because its feed was interrupted", output, StringComparison.Ordinal);
        Assert.Equal(1_500_000, Counts().In);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, demo.Port);
        taken.Start();
        var (exitCode, output) = await demo.OnceAsync(Samples, stopping);
        Assert.Equal(1, exitCode);
        Assert.Contains($"port {demo.Port} on 127.0.0.1 is taken", output, StringComparison.Ordinal);
    }

    public void Dispose() => demo.Dispose();

    private string Generate(string name, long lines, uint seed) =>
        demo.Write(name, file => UserActionsGenerator.Write(file, new GeneratorOptions(lines, seed)));

    private async Task<string> AcceptAsync(string events)
    {
        var (exitCode, output) = await demo.OnceAsync(events, stopping);
        Assert.True(exitCode == 0, output);
        return output;
    }

    private static void AssertAdsAndLogins(string output)
    {
        Assert.Contains("All 18 planted journeys are attributed as expected.json says; a late click took 1 of them from a view.", output, StringComparison.Ordinal);
        Assert.Contains("All 26 logins are loaded once, devices and addresses masked; 16 messages that are none are in the dead letter queue.", output,
            StringComparison.Ordinal);
    }

    private static void AssertProvidersAgree(string output) => Assert.Contains(
        "The providers say the same of 2 accounts of Facebook, 2 of Google Ads and 2 of CleverTap; 0 days were restated.", output, StringComparison.Ordinal);

    /// <summary>Platform, campaign, money, clicks, spend, CTR, CPC, CPM, ROAS, and the last five but CTR in USD.</summary>
    private static string[][] Campaigns(string output) =>
    [
        .. output.Split('\n').SkipWhile(line => !line.StartsWith("  Platform ", StringComparison.Ordinal)).Skip(1).TakeWhile(line => line.Length > 0)
            .Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
    ];

    private static double Number(string text) => double.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);

    private long Rows(string dataset) => demo.StatusOf(dataset).GetProperty("table").GetProperty("rows").GetInt64();

    private (long In, long Out, long Duplicates, long Rejected) Counts()
    {
        var status = demo.Status;
        return (Count("rows_in"), Count("rows_out"), Count("duplicates"), Count("rejected"));

        long Count(string name) => status.GetProperty(name).GetInt64();
    }

    private long Landed()
    {
        try
        {
            return demo.Status.GetProperty("records_landed").GetInt64();
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
