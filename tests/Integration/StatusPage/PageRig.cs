using System.Text;
using Microsoft.Playwright;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Integration.Extract;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.StatusPage;

/// <summary>The app with a function key beside the Sandbox's providers, some events landed, and a Chromium to look at its page.</summary>
public sealed class PageRig(PostgresServer postgres) : IAsyncLifetime
{
    public const string Key = "a-key-of-the-test";
    public const int Events = 4000;
    public const int Refused = 25;

    private IPlaywright? playwright;
    private IBrowser? browser;
    private ExtractRig? rig;

    internal ExtractRig App => rig!;

    public string Address => App.App.Http.BaseAddress!.ToString();

    public async ValueTask InitializeAsync()
    {
        var stopping = TestContext.Current.CancellationToken;
        rig = await ExtractRig.StartAsync(postgres, ("LocalHost__Keys__default", Key));
        rig.App.Http.DefaultRequestHeaders.Add("x-functions-key", Key);
        rig.App.Start();
        await rig.App.ReadyAsync(stopping);
        using (var producer = new Producer(rig.Brokers, 1))
        using (var events = new MemoryStream())
        {
            UserActionsGenerator.Write(events, new(Events, Seed: 7));
            var lines = Encoding.UTF8.GetString(events.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            producer.Produce("user-actions", lines.Select(Encoding.UTF8.GetBytes).Concat(Enumerable.Repeat("""{"event_name":"""u8.ToArray(), Refused)));
        }
        await rig.App.SettledAsync("user_actions", Events + Refused, stopping);
        Assertions.SetDefaultExpectTimeout(60_000);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium", Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
        });
    }

    /// <summary>A new visitor, whose complaints and requests are kept.</summary>
    internal Task<Visitor> VisitAsync(string hash = "#/", ColorScheme theme = ColorScheme.Light, int width = 1280) =>
        Visitor.ComeAsync(browser!, Address, hash, theme, width);

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (rig is not null) await rig.DisposeAsync();
    }
}
