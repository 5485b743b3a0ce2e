using System.Text.Json;
using Pipeline.Tests.Integration.Extract;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>Verbs that operate: plan, backfill, reconcile.</summary>
[Collection(CliRig.Collection)]
public sealed class OperatingTests(CliRig rig)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    private string Day => $"{rig.Day:yyyy-MM-dd}";

    [Fact]
    public async Task A_plan_counts_what_a_replay_would_read_and_does_nothing()
    {
        var before = await rig.Rig.SqlAsync("SELECT count(*), max(id) FROM pipeline.publication");
        var plan = await rig.JsonAsync("plan", "--dataset", "clevertap_events", "--from", Day);
        var landed = await rig.Rig.SqlAsync(
            $"""
            SELECT count(*), sum(raw_bytes) FROM pipeline.segment WHERE dataset = 'clevertap_events'
                AND extraction_id IN (SELECT extraction_id FROM pipeline.slice WHERE dataset = 'clevertap_events' AND day = '{Day}')
            """);
        Assert.Equal(Assert.Single(landed), $"{plan.GetProperty("segments")}|{plan.GetProperty("raw_bytes")}");
        Assert.Equal(1, plan.GetProperty("publications").GetInt64());
        Assert.True(plan.GetProperty("rows").GetInt64() > 0);
        Assert.True(plan.GetProperty("dollars").GetDecimal() > 0);
        var dear = await rig.JsonAsync("plan", "--dataset", "clevertap_events", "--from", Day, "--price", "put=1");
        Assert.True(dear.GetProperty("dollars").GetDecimal() > plan.GetProperty("objects").GetInt64());

        var actions = await rig.JsonAsync("plan", "--dataset", "user_actions", "--from", $"{DateTime.UtcNow.AddDays(-1):yyyy-MM-dd}",
            "--to", $"{DateTime.UtcNow:yyyy-MM-dd}");
        Assert.Equal(200, actions.GetProperty("records").GetInt64());
        Assert.Equal(200, actions.GetProperty("rows").GetInt64());
        Assert.Equal(before, await rig.Rig.SqlAsync("SELECT count(*), max(id) FROM pipeline.publication"));
    }

    [Fact]
    public async Task A_plan_of_a_backfill_tells_what_is_asked_landed_published_and_paid()
    {
        var before = await rig.Rig.SqlAsync("SELECT count(*), max(id) FROM pipeline.extraction");
        var plan = await PlanAsync();
        Assert.Equal(2, plan.GetProperty("slices").GetInt64());
        Assert.True(plan.GetProperty("records").GetInt64() > 0);
        // Two days of those that were extracted, in raw bytes of those that were published, some perhaps by a replay.
        var expected = await rig.Rig.SqlAsync(
            """
            SELECT ceil(2.0 * segments / days), ceil(planned * publications / bytes), ceil(planned * objects / bytes),
                ceil(planned * object_bytes / bytes)
            FROM (SELECT sum(day_to - day_from + 1) AS days FROM pipeline.extraction WHERE source = 'clevertap') AS extracted,
                (SELECT count(*) AS segments, sum(raw_bytes) AS raw_bytes FROM pipeline.segment
                 WHERE dataset = 'clevertap_events') AS landed,
                (SELECT count(*) AS publications, sum(raw_bytes) AS bytes FROM pipeline.publication
                 WHERE dataset = 'clevertap_events' AND committed_at IS NOT NULL) AS published,
                (SELECT count(*) AS objects, sum(bytes) AS object_bytes FROM pipeline.lake_object
                 WHERE dataset = 'clevertap_events' AND role = 'data') AS made,
                LATERAL (SELECT ceil(2.0 * raw_bytes / days) AS planned) AS share
            """);
        Assert.Equal(Assert.Single(expected), string.Join('|', ((string[])["segments", "publications", "objects", "object_bytes"]).Select(
            name => plan.GetProperty(name).ToString())));

        string[] free = ["--price", "put=0", "--price", "get=0", "--price", "gb_month=0", "--price", "vcpu_hour=0"];
        Assert.Equal(0, Dollars(await PlanAsync(free)));
        var (segments, objects) = (plan.GetProperty("segments").GetInt64(), plan.GetProperty("objects").GetInt64());
        Assert.Equal(segments + objects * 3, Dollars(await PlanAsync([.. free, "--price", "put=1"])));
        Assert.Equal(segments, Dollars(await PlanAsync([.. free, "--price", "get=1"])));
        Assert.Equal(plan.GetProperty("object_bytes").GetDecimal(), Dollars(await PlanAsync([.. free, "--price", "gb_month=1000000000"])));
        Assert.True(Dollars(await PlanAsync([.. free, "--price", "vcpu_hour=1"])) > 0);
        Assert.Equal(before, await rig.Rig.SqlAsync("SELECT count(*), max(id) FROM pipeline.extraction"));
    }

    private Task<JsonElement> PlanAsync(params string[] prices) => rig.JsonAsync(
    [
        "plan", "--source", "clevertap", "--accounts", ExtractRig.CleverTapAccounts[0], "--from", Day,
        "--to", $"{rig.Day.AddDays(1):yyyy-MM-dd}", .. prices,
    ]);

    private static decimal Dollars(JsonElement plan) => plan.GetProperty("dollars").GetDecimal();

    [Fact]
    public async Task A_plan_of_nothing_is_a_usage_error_and_of_an_unknown_account_a_fault()
    {
        foreach (var (arguments, words) in ((string[], string)[])[
            (["plan", "--from", Day], "Write --dataset for a replay or --source for a backfill"),
            (["plan", "--dataset", "clicks", "--from", "yesterday"], "'yesterday' is no day"),
            (["plan", "--dataset", "clicks", "--from", Day, "--to", "2020-01-01"], "--from is after --to"),
            (["plan", "--dataset", "clicks", "--from", Day, "--price", "gold=1"], "--price knows no 'gold'"),
        ])
        {
            var usage = await rig.App.RunVerbAsync(arguments, Stopping);
            Assert.Equal((2, true), (usage.ExitCode, usage.Errors.Contains(words, StringComparison.Ordinal)));
        }
        var fault = await rig.App.RunVerbAsync(["plan", "--source", "clevertap", "--accounts", "nobody", "--from", Day], Stopping);
        Assert.Equal(1, fault.ExitCode);
        Assert.Contains("have no account 'nobody' of clevertap; they have", fault.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backfill_is_followed_to_its_end_or_cancelled()
    {
        var ended = await rig.JsonAsync("backfill", "--source", "clevertap", "--from", Day, "--wait");
        Assert.Equal("Completed", ended.GetProperty("status").GetString());

        var started = await rig.JsonAsync("backfill", "--source", "facebook", "--from", $"{rig.Day.AddDays(-200):yyyy-MM-dd}", "--to", Day);
        var id = started.GetProperty("id").GetString()!;
        Assert.True((await rig.JsonAsync("backfill", "--cancel", id)).GetProperty("cancelled").GetBoolean());
        await rig.App.EventuallyAsync(
            async () => JsonElement.Parse(await rig.App.Http.GetStringAsync($"/api/backfills/{id}", Stopping)).GetProperty("status")
                .GetString() == "Terminated", Stopping);

        var refused = await rig.App.RunVerbAsync(["backfill", "--source", "nobody", "--from", Day], Stopping);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("'source' is 'nobody'", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(1, (await rig.App.RunVerbAsync(["backfill", "--cancel", "nothing"], Stopping)).ExitCode);
        Assert.Equal(2, (await rig.App.RunVerbAsync(["backfill"], Stopping)).ExitCode);
        using var bare = new BareProgram();
        var away = await bare.RunAsync("backfill", "--source", "facebook", "--from", Day, "--url",
            $"http://127.0.0.1:{Ports.Free()}");
        Assert.Equal(3, away.ExitCode);
        Assert.Contains("does not answer", away.Errors, StringComparison.Ordinal);
        await rig.Rig.PublishedAsync();
    }

    [Fact]
    public async Task Reconcile_finds_what_was_changed_behind_the_ledgers_back_and_nothing_else()
    {
        Assert.True((await rig.JsonAsync("reconcile", "--deep")).GetProperty("consistent").GetBoolean());

        var files = Directory.GetFiles(Path.Combine(rig.App.Lake, "user_actions"), "*.parquet", SearchOption.AllDirectories).Order()
            .ToArray();
        Assert.True(files.Length >= 2);
        var (lost, spoiled, stray) = (files[0], files[1], Path.Combine(Path.GetDirectoryName(files[0])!, "stray.parquet"));
        var segment = Directory.GetFiles(Path.Combine(rig.App.Segments, "user_actions"), "*.zst", SearchOption.AllDirectories).Order()
            .First();
        File.Copy(lost, stray);
        File.Move(lost, $"{rig.App.Home}/lost");
        File.Move(segment, $"{rig.App.Home}/segment");
        var bytes = await File.ReadAllBytesAsync(spoiled, Stopping);
        await File.WriteAllBytesAsync(spoiled, [.. bytes[..^1], (byte)(bytes[^1] ^ 1)], Stopping);
        await rig.Rig.SqlAsync("CREATE TABLE kept AS SELECT * FROM warehouse.clevertap_events ORDER BY object_id LIMIT 1");
        await rig.Rig.SqlAsync(
            "DELETE FROM warehouse.clevertap_events AS row USING kept WHERE (row._shard, row._position) = (kept._shard, kept._position)");
        await ShiftAsync(+1);
        try
        {
            Assert.Equal(
                ["object_missing", "object_unknown", "positions_missing", "segment_missing", "slice_rows"],
                await CodesAsync("reconcile", "--json"));
            Assert.Equal(
                ["object_content", "object_missing", "object_unknown", "positions_missing", "segment_missing"],
                await CodesAsync("reconcile", "--json", "--deep", "--dataset", "user_actions"));
            Assert.Equal(["slice_rows"],
                await CodesAsync("reconcile", "--json", "--dataset", "clevertap_events", "--from", Day, "--to", Day));
        }
        finally
        {
            File.Delete(stray);
            File.Move($"{rig.App.Home}/lost", lost);
            File.Move($"{rig.App.Home}/segment", segment);
            await File.WriteAllBytesAsync(spoiled, bytes, CancellationToken.None);
            await rig.Rig.SqlAsync("INSERT INTO warehouse.clevertap_events SELECT * FROM kept");
            await rig.Rig.SqlAsync("DROP TABLE kept");
            await ShiftAsync(-1);
        }
        Assert.True((await rig.JsonAsync("reconcile", "--deep")).GetProperty("consistent").GetBoolean());
    }

    // The first position of the newest segment of user_actions.
    private Task<List<string>> ShiftAsync(int by) => rig.Rig.SqlAsync(
        $"""
        UPDATE pipeline.segment SET positions = int8range(lower(positions) + {by}, upper(positions))
        WHERE id = (SELECT max(id) FROM pipeline.segment WHERE dataset = 'user_actions')
        """);

    private async Task<IEnumerable<string>> CodesAsync(params string[] arguments)
    {
        var (code, output, errors) = await rig.App.RunVerbAsync(arguments, Stopping);
        Assert.True(code == 1, errors + output);
        var told = JsonElement.Parse(output).GetProperty("discrepancies").EnumerateArray().ToList();
        Assert.All(told, each => Assert.NotEqual("", each.GetProperty("remedy").GetString()));
        return told.Select(each => each.GetProperty("code").GetString()!).Distinct().Order(StringComparer.Ordinal);
    }
}
