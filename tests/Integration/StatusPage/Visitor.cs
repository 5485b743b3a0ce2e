using Microsoft.Playwright;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.StatusPage;

/// <summary>One browser window on the status page.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private const string Unsuccessful = "Failed to load resource: the server responded with a status of";

    private readonly IBrowserContext context;
    private readonly string address;
    private readonly List<string> complaints = [];
    private readonly List<string> outside = [];
    private readonly List<string> expected = [];

    private Visitor(IBrowserContext context, IPage page, string address)
    {
        (this.context, Page, this.address) = (context, page, address);
        page.Console += (_, message) =>
        {
            // The browser itself says of an answer that it was no success, without saying to what.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith(Unsuccessful, StringComparison.Ordinal))
                Note(complaints, message.Text);
        };
        page.Response += (_, answer) =>
        {
            if (answer.Status >= 400) Note(complaints, $"{answer.Status} {answer.Request.Method} {new Uri(answer.Url).PathAndQuery}");
        };
        page.PageError += (_, error) => Note(complaints, error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(address, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                Note(outside, request.Url);
        };
    }

    public IPage Page { get; }

    /// <param name="watch">A script that the browser runs before the page's own.</param>
    public static async Task<Visitor> ComeAsync(
        IBrowser browser, string address, string hash, ColorScheme theme, int width, string? watch = null)
    {
        var context = await browser.NewContextAsync(new()
        {
            ColorScheme = theme, ViewportSize = new() { Width = width, Height = 900 }, ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(60_000);
        var visitor = new Visitor(context, await context.NewPageAsync(), address);
        if (watch is not null) await visitor.Page.AddInitScriptAsync(watch);
        await visitor.Page.GotoAsync($"{address}{hash}");
        await visitor.Page.Locator("#reach[data-state=live]").WaitForAsync();
        return visitor;
    }

    /// <summary>Goes to another place of the page and waits until it is there.</summary>
    public async Task GoAsync(string hash, string heading)
    {
        await Page.EvaluateAsync("hash => { location.hash = hash; }", hash);
        await Page.GetByRole(AriaRole.Heading, new() { Name = heading, Level = 1 }).WaitForAsync();
    }

    /// <summary>Enters the function key where it is asked for, after an answer that one is needed.</summary>
    public async Task GiveKeyAsync()
    {
        expected.Add("401 ");
        await Page.GetByLabel("Key", new() { Exact = true }).FillAsync(PageRig.Key);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Use this key" }).ClickAsync();
    }

    /// <summary>Keeps what is seen, beside the test results.</summary>
    public async Task<string> PictureAsync(string name)
    {
        await Page.EvaluateAsync("() => window.scrollTo(0, 0)");
        var folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "TestResults", "status-page")).FullName;
        var bytes = await Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}.png"), FullPage = true });
        return $"{name}.png: {bytes.Length:N0} bytes";
    }

    /// <summary>Every request was answered with success, nothing was complained of, and nothing asked of anybody else.</summary>
    /// <param name="exceptions">How answers (<c>400 POST /api/backfills</c>) and complaints begin that the test brings about.</param>
    public void AssertCalm(params string[] exceptions)
    {
        lock (complaints)
            Assert.DoesNotContain(
                complaints, text => !expected.Concat(exceptions).Any(each => text.StartsWith(each, StringComparison.Ordinal)));
        lock (outside) Assert.Empty(outside);
    }

    public async ValueTask DisposeAsync() => await context.DisposeAsync();

    private static void Note(List<string> list, string text)
    {
        lock (list) list.Add(text);
    }
}
