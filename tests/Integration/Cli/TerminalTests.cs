using System.Globalization;
using System.Text.Json;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>Verbs at a terminal: what moves on it is for people alone, and Ctrl-C leaves it as it was.</summary>
[Collection(CliRig.Collection)]
public sealed class TerminalTests(CliRig rig)
{
    private const int CtrlC = 130;

    private static readonly Dictionary<string, string> Unset = [];

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    private string Day => $"{rig.Day:yyyy-MM-dd}";

    [Fact]
    public async Task Progress_is_drawn_at_a_terminal_and_nowhere_else()
    {
        using var bare = new BareProgram();
        var home = bare.Home;
        using var shown = Terminal.Start(home, Unset, "doctor >found");
        Assert.Equal(1, await shown.EndAsync(Stopping));
        AssertDrawn(shown);
        Assert.Contains("settings.ledger", await NoEscapeAsync(home, "found"), StringComparison.Ordinal);

        using var json = Terminal.Start(home, Unset, "doctor --json");
        Assert.Equal(1, await json.EndAsync(Stopping));
        Assert.False(JsonElement.Parse(json.Screen).GetProperty("healthy").GetBoolean());

        using var files = Terminal.Start(home, Unset, "doctor >found 2>told");
        Assert.Equal(1, await files.EndAsync(Stopping));
        Assert.Equal(("", ""), (files.Screen, await NoEscapeAsync(home, "told")));
        Assert.Contains("settings.ledger", await NoEscapeAsync(home, "found"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Days_are_replayed_to_the_last_row_and_so_is_the_bar_drawn()
    {
        const string Rows =
            "SELECT count(*), count(DISTINCT (_shard, _position)), min(event_time), max(event_time) FROM warehouse.clevertap_events";
        await rig.Rig.PublishedAsync();
        var (table, lake, before) = (await rig.Rig.SqlAsync(Rows), await InLakeAsync(), await PublicationsAsync());
        using var terminal = Terminal.Start(rig.App, $"replay --dataset clevertap_events --from {Day} --to {Day} --wait");
        Assert.Equal(0, await terminal.EndAsync(Stopping));
        AssertDrawn(terminal);
        var replayed = (await PublicationsAsync()).Except(before).Select(each => each.Split('|')).ToList();
        Assert.Contains($"Planned {replayed.Count} publication(s), {replayed[0][0]} to {replayed[^1][0]}.", terminal.Screen,
            StringComparison.Ordinal);
        Assert.All(replayed, each => Assert.Contains(
            $"{each[0]}: visible, {each[1]} in, {each[2]} out, {each[3]} refused", terminal.Screen, StringComparison.Ordinal));
        Assert.Equal(lake, $"{replayed.Sum(each => long.Parse(each[2], CultureInfo.InvariantCulture))}");
        await rig.Rig.PublishedAsync();
        Assert.Equal(table, await rig.Rig.SqlAsync(Rows));
        Assert.Equal(lake, await InLakeAsync());

        var (code, output, errors) = await rig.App.RunVerbAsync(
            ["replay", "--dataset", "clevertap_events", "--from", "2020-01-01", "--to", "2020-01-02", "--json"], Stopping);
        Assert.Equal((1, "", "There is nothing to replay, or its replay is under way: see 'pipeline quarantine list'.\n"),
            (code, output, errors));
    }

    [Fact]
    public async Task A_watched_status_is_drawn_anew_until_Ctrl_C()
    {
        using var terminal = Terminal.Start(rig.App, "status --dataset clicks --watch");
        await terminal.SeesAsync(it => it.Screen.Contains("open alerts.", StringComparison.Ordinal), Stopping);
        await rig.Rig.SqlAsync(
            "INSERT INTO pipeline.source_cursor (dataset, stream, next_position, epoch) VALUES ('clicks', 'watched-0', 4711, 1)");
        try
        {
            await terminal.SeesAsync(it => it.Screen.Contains("watched-0", StringComparison.Ordinal), Stopping);
            Assert.Contains(Terminal.CursorOff, terminal.Screen, StringComparison.Ordinal);
            await terminal.TypeAsync(Terminal.CtrlC);
            Assert.Equal(CtrlC, await terminal.EndAsync(Stopping));
            AssertCursor(terminal);
            Assert.DoesNotContain("Exception", terminal.Screen, StringComparison.Ordinal);
        }
        finally
        {
            await rig.Rig.SqlAsync("DELETE FROM pipeline.source_cursor WHERE stream = 'watched-0'");
        }
    }

    [Fact]
    public async Task A_backfill_that_is_followed_is_drawn_to_its_end_and_Ctrl_C_leaves_it_running()
    {
        using (var terminal = Terminal.Start(rig.App, $"backfill --source clevertap --from {Day} --wait"))
        {
            Assert.Equal(0, await terminal.EndAsync(Stopping));
            AssertDrawn(terminal);
            Assert.Contains("1 of 1 days", terminal.Screen, StringComparison.Ordinal);
        }

        var first = rig.Day.AddDays(-600);
        using var left = Terminal.Start(rig.App, $"backfill --source google_ads --from {first:yyyy-MM-dd} --to {Day} --wait");
        await left.SeesAsync(it => it.Percentages is [.., > 0], Stopping);
        Assert.InRange(left.Percentages[^1], 1, 99);
        var id = left.Screen.Split("pipeline backfill --cancel ")[1].Split('\r')[0];
        try
        {
            await left.TypeAsync(Terminal.CtrlC);
            Assert.Equal(CtrlC, await left.EndAsync(Stopping));
            AssertCursor(left);
            Assert.Contains(await StatusAsync(id), (string[])["Pending", "Running", "ContinuedAsNew"]);
        }
        finally
        {
            await rig.App.RunVerbAsync(["backfill", "--cancel", id], Stopping);
        }
        await rig.App.EventuallyAsync(async () => await StatusAsync(id) == "Terminated", Stopping);
        await rig.Rig.PublishedAsync();
    }

    // To the end and never backwards; and the terminal is as it was.
    private static void AssertDrawn(Terminal terminal)
    {
        var percentages = terminal.Percentages;
        Assert.True(percentages is [.., 100], $"{string.Join(' ', percentages)}: {terminal.Screen}");
        Assert.Equal(percentages.Order(), percentages);
        AssertCursor(terminal);
    }

    private static void AssertCursor(Terminal terminal) => Assert.True(
        terminal.Screen.LastIndexOf(Terminal.CursorOn, StringComparison.Ordinal)
            > terminal.Screen.LastIndexOf(Terminal.CursorOff, StringComparison.Ordinal), terminal.Screen);

    private static async Task<string> NoEscapeAsync(string home, string file)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(home, file), Stopping);
        Assert.DoesNotContain('\u001b', text);
        return text;
    }

    private async Task<string> InLakeAsync()
    {
        var keys = await rig.Rig.SqlAsync(
            "SELECT key FROM pipeline.lake_object WHERE dataset = 'clevertap_events' AND role = 'data' AND state = 'visible'");
        var files = string.Join(", ", keys.Select(key => $"'{rig.App.Lake}/{key}'"));
        return ParquetReaders.Query($"SELECT count(*)::VARCHAR FROM read_parquet([{files}], hive_partitioning = false)")[0][0]!;
    }

    private Task<List<string>> PublicationsAsync() => rig.Rig.SqlAsync(
        "SELECT id, rows_in, rows_out, rows_rejected FROM pipeline.publication WHERE dataset = 'clevertap_events' ORDER BY id");

    private async Task<string?> StatusAsync(string id) =>
        JsonElement.Parse(await rig.App.Http.GetStringAsync($"/api/backfills/{id}", Stopping)).GetProperty("status").GetString();
}
