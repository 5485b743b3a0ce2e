using System.Text.Json;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>Refused records by the program: looked at, replayed after a fix, given up. Each test settles a cause of its own.</summary>
public sealed class QuarantineVerbTests(RefusedRig rig) : IClassFixture<RefusedRig>
{
    private const string NothingToReplay = "There is nothing to replay, or its replay is under way: see 'pipeline quarantine list'.\n";

    private const string Platform = "user_identifiers.platform";

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_refused_is_told_as_the_api_and_the_ledger_have_it()
    {
        var (list, reasons) = (await JsonAsync("list"), await JsonAsync("reasons"));
        var answered = await ApiAsync("");
        Assert.True(JsonElement.DeepEquals(answered, list), $"{answered}\n{list}");
        Assert.True(JsonElement.DeepEquals(answered.GetProperty("by_day"), reasons), $"{answered}\n{reasons}");
        var causes = await rig.SqlAsync(
            """
            SELECT code, field, sum(records) FROM pipeline.rejection WHERE dataset = 'user_actions' AND state = 'open'
            GROUP BY 1, 2 ORDER BY 1, 2
            """);
        Assert.Equal(causes, Groups(list));
        Assert.Contains($"missing|product_information.SKU|{RefusedRig.Missing}", causes);

        var shown = Rows(await RunAsync("list"));
        Assert.All(causes, cause => Assert.Contains(shown, row => row.StartsWith(cause, StringComparison.Ordinal)));
        Assert.Equal(
            reasons.EnumerateArray().Select(day => Values(day, "day", "code", "records", "open_records")),
            Rows(await RunAsync("reasons")).Skip(1));
    }

    [Fact]
    public async Task A_sample_is_masked_and_each_look_is_recorded()
    {
        var before = await LooksAsync();
        foreach (var (code, records) in ((string, int)[])[("missing", RefusedRig.Missing), ("wrong_type", RefusedRig.WrongType)])
        {
            var sample = await JsonAsync("sample", "--code", code);
            Assert.True(JsonElement.DeepEquals(await ApiAsync($"/sample?code={code}"), sample), $"{sample}");
            Assert.Equal(records, sample.GetProperty("records").GetArrayLength());
            var record = sample.GetProperty("records")[0].GetProperty("record").GetString();
            Assert.Contains("\"event_name\":\"view\"", record, StringComparison.Ordinal);
        }
        var one = await JsonAsync("sample", "--field", "product_information.SKU", "--limit", "1");
        Assert.Equal(1, one.GetProperty("records").GetArrayLength());
        var looks = (await LooksAsync()).Skip(before.Count).Where(look => !look.StartsWith("http", StringComparison.Ordinal));
        Assert.Equal(
            ((string[])["missing|null|10", "wrong_type|null|10", "null|product_information.SKU|1"])
                .Select(look => $"{Environment.UserName}|{look}"), looks);

        // One line of where and why, and one of what, for each: what somebody sent makes no lines of its own.
        var lines = (await RunAsync("sample", "--code", "wrong_type")).Split('\n');
        Assert.Equal(2 * RefusedRig.WrongType + 1, lines.Length);
        Assert.Matches("^user-actions-0-g1@[0-9]+ wrong_type user_identifiers.id: Field 'user_identifiers.id' holds another", lines[0]);
    }

    [Fact]
    public async Task What_was_refused_is_published_after_the_fix_once()
    {
        Assert.Equal([$"too_long|{Platform}|{RefusedRig.TooLong}"], await OpenAsync("too_long"));
        var replay = await JsonAsync("replay", "--code", "too_long", "--field", Platform, "--wait");
        Assert.Equal(RefusedRig.TooLong, replay.GetProperty("records").GetInt64());
        Assert.Equal(
            await rig.SqlAsync(
                """
                SELECT id, state, rows_in, rows_out, rows_rejected FROM pipeline.publication WHERE refused_code = 'too_long' ORDER BY id
                """),
            replay.GetProperty("states").EnumerateArray().Select(
                each => Values(each, "publication", "state", "rows_in", "rows_out", "rejected")));
        Assert.Equal(
            replay.GetProperty("publications").EnumerateArray().Select(id => id.GetInt64()),
            replay.GetProperty("states").EnumerateArray().Select(each => each.GetProperty("publication").GetInt64()));
        await AssertPublishedAsync();
        Assert.Empty(await OpenAsync("too_long"));
        Assert.Equal((1, "", NothingToReplay), await VerbAsync("quarantine", "replay", "--dataset", "user_actions", "--code", "too_long"));

        // What is not mended is refused again, and open again.
        var again = await RunAsync("replay", "--code", "missing", "--wait");
        Assert.Contains($"{RefusedRig.Missing} in, 0 out, {RefusedRig.Missing} refused", again, StringComparison.Ordinal);
        Assert.Equal([$"missing|product_information.SKU|{RefusedRig.Missing}"], await OpenAsync("missing"));

        var whole = await VerbAsync(
            "replay", "--dataset", "user_actions", "--from", RefusedRig.Day, "--to", RefusedRig.Day, "--wait", "--json");
        Assert.Equal((0, ""), (whole.ExitCode, whole.Errors));
        var states = JsonElement.Parse(whole.Output).GetProperty("states").EnumerateArray();
        Assert.Equal(RefusedRig.Good + RefusedRig.TooLong, states.Sum(each => each.GetProperty("rows_out").GetInt64()));
        await AssertPublishedAsync();
    }

    [Fact]
    public async Task What_is_given_up_is_recorded_with_its_reason_and_cannot_be_given_up_twice()
    {
        string[] discard = ["quarantine", "discard", "--dataset", "user_actions", "--code", "truncated"];
        foreach (var (arguments, words) in ((string[], string)[])[
            (discard, "Option '--reason' is required."),
            ([.. discard, "--reason", " "], "--reason is empty; say why the records are given up."),
            ([.. discard[..4], "--reason", "cut off"], "Option '--code' is required."),
        ])
        {
            var usage = await VerbAsync(arguments);
            Assert.Equal((2, true), (usage.ExitCode, usage.Errors.Contains(words, StringComparison.Ordinal)));
        }
        Assert.Equal([$"truncated||{RefusedRig.Truncated}"], await OpenAsync("truncated"));

        var sample = (await RunAsync("sample", "--code", "truncated")).Split('\n');
        Assert.Equal(2 * RefusedRig.Truncated + 1, sample.Length);
        var discarded = await RunAsync("discard", "--code", "truncated", "--reason", "cut off");
        Assert.Equal($"Discarded {RefusedRig.Truncated} record(s).\n", discarded);
        Assert.Equal([$"{Environment.UserName}|user_actions|truncated||{RefusedRig.Truncated}|cut off"], await rig.SqlAsync(
            "SELECT actor, dataset, code, field, records, reason FROM pipeline.audit WHERE action = 'quarantine_discard'"));
        Assert.Empty(await OpenAsync("truncated"));
        Assert.Equal((1, "", "Nothing of user_actions that was refused so is open: see 'pipeline quarantine list'.\n"),
            await VerbAsync([.. discard, "--reason", "again", "--json"]));
    }

    [Fact]
    public async Task Wrong_arguments_end_with_2_and_what_does_not_exist_with_1()
    {
        string[] days = ["replay", "--dataset", "user_actions", "--from", RefusedRig.Day, "--to"];
        foreach (var (code, arguments, words) in ((int, string[], string)[])[
            (2, ["quarantine"], "Required command was not provided."),
            (2, ["quarantine", "list"], "Option '--dataset' is required."),
            (2, ["quarantine", "sample", "--dataset", "user_actions", "--limit", "101"], "--limit must be from 1 to 100."),
            (2, days[..5], "Option '--to' is required."),
            (2, [.. days, "1 Nov 2026"], "--to '1 Nov 2026' is no day; write it as 2026-09-30."),
            (2, [.. days, "2026-10-31"], "--from is after --to."),
            (1, [.. days, "2026-11-02", "--account", "1001"], "'account' is set, and the publications of user_actions are not made of"),
            (1, ["replay", "--dataset", "nothing", .. days[3..], "2026-11-02"], "'dataset' is 'nothing'; write one of ad_entities, "),
            (1, ["quarantine", "list", "--dataset", "nothing"], "There is no contract of dataset 'nothing'; there are ad_entities, "),
        ])
        {
            var (ended, _, errors) = await VerbAsync(arguments);
            Assert.Equal((code, words), (ended, errors.Contains(words, StringComparison.Ordinal) ? words : errors));
        }
    }

    // Every row once, in the lake and in the table.
    private async Task AssertPublishedAsync()
    {
        const int Rows = RefusedRig.Good + RefusedRig.TooLong;
        Assert.Equal(
            [$"{Rows}|{Rows}"], await rig.SqlAsync("SELECT count(*), count(DISTINCT user_id) FROM warehouse.user_activity_latest"));
        await rig.App.SettledAsync("user_actions", Rows, Stopping);
        await rig.App.EventuallyAsync(async () => await rig.SqlAsync(
            "SELECT count(*) FROM pipeline.lake_object WHERE state = 'superseded' AND removed_at IS NULL") is ["0"], Stopping);
        Assert.Equal($"{Rows}|{Rows}", Assert.Single(ParquetReaders.Query(
            $"SELECT count(*) || '|' || count(DISTINCT user_id) FROM read_parquet('{rig.App.Lake}/user_actions/**/*.parquet')"))[0]);
    }

    private async Task<IEnumerable<string>> OpenAsync(string code) =>
        Groups(await ApiAsync("")).Where(group => group.StartsWith($"{code}|", StringComparison.Ordinal));

    private static IEnumerable<string> Groups(JsonElement status) => status.GetProperty("groups").EnumerateArray()
        .Select(each => Values(each, "code", "field", "records")).Order(StringComparer.Ordinal);

    private static string Values(JsonElement of, params string[] names) =>
        string.Join('|', names.Select(name => of.GetProperty(name).ToString()));

    private Task<List<string>> LooksAsync() => rig.SqlAsync(
        "SELECT actor, code, field, records FROM pipeline.audit WHERE action = 'quarantine_sample' ORDER BY id");

    // A table's rows, its cells apart.
    private static List<string> Rows(string table) => [.. table.Split('\n').Where(line => line.StartsWith('│'))
        .Select(line => string.Join('|', line.Trim('│').Split('│').Select(cell => cell.Trim())))];

    private async Task<JsonElement> ApiAsync(string path) =>
        JsonElement.Parse(await rig.App.Http.GetStringAsync($"/api/quarantine/user_actions{path}", Stopping));

    private async Task<JsonElement> JsonAsync(string verb, params string[] arguments) =>
        JsonElement.Parse(await RunAsync(verb, [.. arguments, "--json"]));

    private async Task<string> RunAsync(string verb, params string[] arguments)
    {
        var (code, output, errors) = await VerbAsync(["quarantine", verb, "--dataset", "user_actions", .. arguments]);
        Assert.Equal((0, ""), (code, errors));
        return output;
    }

    // Whatever it says, nobody is named.
    private async Task<(int ExitCode, string Output, string Errors)> VerbAsync(params string[] arguments)
    {
        var ended = await rig.App.RunVerbAsync(arguments, Stopping);
        Assert.DoesNotContain(RefusedRig.Canary, ended.Output + ended.Errors, StringComparison.Ordinal);
        return ended;
    }
}
