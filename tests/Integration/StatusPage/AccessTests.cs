using Microsoft.Playwright;

namespace Pipeline.Tests.Integration.StatusPage;

/// <summary>The page for who does not see it, does not see it well, or has no mouse.</summary>
public sealed class AccessTests(PageRig rig, ITestOutputHelper output) : IClassFixture<PageRig>
{
    private static readonly (string Hash, string Heading)[] Places =
    [
        ("#/", "Flow"), ("#/runs", "Runs"), ("#/publications", "Publications"), ("#/alerts", "Alerts"),
        ("#/datasets/user_actions", "user_actions"),
    ];

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_text_stands_out_from_its_ground_in_both_themes(ColorScheme theme)
    {
        await using var visitor = await rig.VisitAsync(theme: theme);
        foreach (var (hash, heading) in Places)
        {
            await visitor.GoAsync(hash, heading);
            Assert.Empty(await visitor.Page.EvaluateAsync<string[]>(Contrast.Script));
            if (theme == ColorScheme.Dark) output.WriteLine(await visitor.PictureAsync($"{heading.ToLowerInvariant()}-dark"));
        }
        visitor.AssertCalm();
    }

    [Fact]
    public async Task The_theme_can_be_changed_and_is_remembered()
    {
        await using var visitor = await rig.VisitAsync(theme: ColorScheme.Light);
        var page = visitor.Page;
        var light = await GroundAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme: auto" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme: light" }).ClickAsync();
        var dark = await GroundAsync();
        Assert.NotEqual(light, dark);
        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme: dark" }).WaitForAsync();
        Assert.Equal(dark, await GroundAsync());
        Assert.Empty(await page.EvaluateAsync<string[]>(Contrast.Script));

        Task<string> GroundAsync() => page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
    }

    [Fact]
    public async Task Landmarks_headings_and_tables_have_names()
    {
        await using var visitor = await rig.VisitAsync();
        foreach (var (hash, heading) in Places)
        {
            await visitor.GoAsync(hash, heading);
            var tree = await visitor.Page.Locator("body").AriaSnapshotAsync();
            Assert.Contains("- banner:", tree, StringComparison.Ordinal);
            Assert.Contains("- navigation \"Sections\":", tree, StringComparison.Ordinal);
            Assert.Contains("- main:", tree, StringComparison.Ordinal);
            Assert.Contains("- contentinfo:", tree, StringComparison.Ordinal);
            Assert.Equal(1, await visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }).CountAsync());
            var nameless = await visitor.Page.EvaluateAsync<string[]>("""
                () => [...document.querySelectorAll('button, a, input:not([type=hidden]), select, table, progress, section, svg[role=img]')]
                  .filter(node => node.checkVisibility() && !(node.getAttribute('aria-label') || node.labels?.length
                    || node.textContent.trim() || document.getElementById(node.getAttribute('aria-labelledby') ?? '') || node.caption))
                  .map(node => node.outerHTML.slice(0, 120))
                """);
            Assert.Empty(nameless);
            Assert.Equal(0, await visitor.Page.Locator("table:not(:has(caption)), th:not([scope]), img:not([alt])").CountAsync());
            Assert.Empty(await visitor.Page.EvaluateAsync<string[]>("""
                () => {
                  const seen = new Set();
                  return [...document.querySelectorAll('[id]')].map(node => node.id).filter(id => seen.has(id) || !seen.add(id));
                }
                """));
        }
        visitor.AssertCalm();
    }

    [Fact]
    public async Task Everything_is_reached_by_keyboard_alone_and_focus_stays_when_figures_change()
    {
        await using var visitor = await rig.VisitAsync();
        var page = visitor.Page;
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the content", await FocusedAsync());
        await page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        await TabToAsync("user_actions");
        await page.WaitForResponseAsync(answer => answer.Url.EndsWith("/api/status", StringComparison.Ordinal));
        await page.Locator("#reach[data-state=live]").WaitForAsync();
        Assert.Equal("user_actions", await FocusedAsync());
        var outline = await page.EvaluateAsync<string>("() => getComputedStyle(document.activeElement).outlineStyle");
        Assert.Equal("solid", outline);

        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Completeness" }).WaitForAsync();
        await page.Locator(".calendar .day[tabindex='0']").FocusAsync();
        var day = await page.EvaluateAsync<string>("() => document.activeElement.dataset.day");
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Keyboard.PressAsync("ArrowLeft");
        var before = DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).AddDays(-8);
        Assert.Equal($"{before:yyyy-MM-dd}", await page.EvaluateAsync<string>("() => document.activeElement.dataset.day"));
        Assert.Contains($"{before:yyyy-MM-dd}", await page.Locator(".about h3").InnerTextAsync(), StringComparison.Ordinal);

        await TabToAsync("Show sample rows");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Dialog).WaitForAsync();
        Assert.Equal("ask-value", await page.EvaluateAsync<string>("() => document.activeElement.id"));
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Dialog).WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        Assert.Equal("Show sample rows", await FocusedAsync());
        visitor.AssertCalm("401 GET /api/datasets/user_actions/rows");

        Task<string> FocusedAsync() => page.EvaluateAsync<string>("() => document.activeElement.textContent.trim()");

        async Task TabToAsync(string text)
        {
            for (var presses = 0; await FocusedAsync() != text; presses++)
            {
                Assert.True(presses < 150, $"'{text}' was not reached by the tabulator.");
                await page.Keyboard.PressAsync("Tab");
            }
        }
    }

    [Fact]
    public async Task A_narrow_window_shows_all_without_scrolling_sideways()
    {
        await using var visitor = await rig.VisitAsync(width: 360);
        foreach (var (hash, heading) in Places)
        {
            await visitor.GoAsync(hash, heading);
            Assert.Equal(360, await visitor.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
            output.WriteLine(await visitor.PictureAsync($"{heading.ToLowerInvariant()}-narrow"));
        }
    }
}
