using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Integration.ExactlyOnce;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Quarantine;

/// <summary>The whole road of a wrong contract: refused, looked at, mended, replayed and killed meanwhile, and what is left discarded.</summary>
public sealed class QuarantineAppTests(PostgresServer postgres)
{
    private const int Events = 20_000;
    private const int Broken = 20;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_wrong_contract_refused_is_loaded_when_it_is_mended_and_once()
    {
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", 4);
        using var app = new FunctionApp(postgres.CreateDatabase(), cluster.Bootstrap,
            ("AzureFunctionsJobHost__extensions__kafka__sessionTimeoutMs", "2000"), ("Publish__MaxAge", "00:00:01"));
        var input = Path.Combine(app.Home, "events.ndjson");
        app.Set("Datasets__Folder", Contracts(app.Home, 1, "    from: user_identifiers.platform\n    max_length: 3"));
        app.Start();
        await app.ReadyAsync(Stopping);
        using (var producer = new Producer(cluster.Bootstrap, 4)) producer.Produce("user-actions", Records(input));
        await app.SettledAsync("user_actions", Events + Broken, Stopping);

        var status = await GetAsync(app, "/api/quarantine/user_actions");
        var groups = status.GetProperty("groups").EnumerateArray().ToDictionary(
            group => group.GetProperty("code").GetString()!, group => group.GetProperty("records").GetInt64());
        Assert.Equal((Broken, true), (groups["truncated"], groups["too_long"] > 1000));
        var sample = await GetAsync(app, "/api/quarantine/user_actions/sample?code=too_long&limit=3");
        Assert.Equal(3, sample.GetProperty("records").GetArrayLength());
        Assert.Contains("\"platform\":\"android\"", sample.GetProperty("records")[0].GetProperty("record").GetString(), StringComparison.Ordinal);

        app.Kill();
        app.Set("Datasets__Folder", Contracts(app.Home, 2, "    from: user_identifiers.platform"));
        app.Start();
        await app.ReadyAsync(Stopping);
        using (var replay = await app.Http.PostAsJsonAsync("/api/quarantine/user_actions/replay", new { code = "too_long" }, Stopping))
        {
            Assert.Equal(HttpStatusCode.Accepted, replay.StatusCode);
            Assert.Equal(groups["too_long"], (await replay.Content.ReadFromJsonAsync<JsonElement>(Stopping)).GetProperty("records").GetInt64());
        }
        app.Kill();   // somewhere between the order and its end
        app.Start();
        await app.ReadyAsync(Stopping);
        await AssertLoadedAsync(app, input, rejected: Broken);

        await DiscardAsync(app);
        var day = "2023-10-01";
        using (var whole = await app.Http.PostAsJsonAsync("/api/replays", new { dataset = "user_actions", from = day, to = "2023-12-31" }, Stopping))
            Assert.Equal(HttpStatusCode.Accepted, whole.StatusCode);
        app.Kill();
        app.Start();
        await app.ReadyAsync(Stopping);
        await AssertLoadedAsync(app, input, rejected: Broken);
        var (code, output, errors) = await app.RunVerbAsync(["quarantine", "list", "--dataset", "user_actions", "--json"], Stopping);
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(Broken, JsonDocument.Parse(output).RootElement.GetProperty("open_records").GetInt64());
    }

    private static async Task DiscardAsync(FunctionApp app)
    {
        var (code, _, errors) = await app.RunVerbAsync(
            ["quarantine", "discard", "--dataset", "user_actions", "--code", "truncated", "--reason", "cut off by the sender", "--json"], Stopping);
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(0, (await GetAsync(app, "/api/quarantine/user_actions")).GetProperty("open_records").GetInt64());
        await app.EventuallyAsync(() => Task.FromResult(
            !Directory.EnumerateFiles(Path.Combine(app.Quarantine, "user_actions"), "*.ndjson").Any()), Stopping);
        using var again = await app.Http.PostAsJsonAsync(
            "/api/quarantine/user_actions/discard", new { code = "truncated", reason = "again" }, Stopping);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        using var faulty = await app.Http.PostAsJsonAsync("/api/quarantine/user_actions/discard", new { cod = "truncated" }, Stopping);
        Assert.Equal(HttpStatusCode.BadRequest, faulty.StatusCode);
        Assert.Contains("'reason' is missing", await faulty.Content.ReadAsStringAsync(Stopping), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync(new Uri("/api/quarantine/nothing", UriKind.Relative), Stopping)).StatusCode);
    }

    private static async Task AssertLoadedAsync(FunctionApp app, string input, int rejected)
    {
        await app.SettledAsync("user_actions", Events + Broken, Stopping);
        var status = await app.StatusAsync("user_actions", Stopping);
        Assert.Equal((Events + Broken, Events, rejected, 0), (
            status.GetProperty("rows_in").GetInt64(), status.GetProperty("rows_out").GetInt64(), status.GetProperty("rejected").GetInt64(),
            status.GetProperty("publications_failed").GetInt64()));
        await app.EventuallyAsync(() => Task.FromResult(Superseded(app) == 0), Stopping);
        Assert.Equal(("0", "0"), UserActionsLake.Differences(app.Lake, input));
        var expected = ParquetReaders.Query($"""
            SELECT user_id || '|' || "SKU" || '|' || strftime(max(event_datetime), '%Y-%m-%d %H:%M:%S') || '|' || arg_max(event_name, event_datetime)
            FROM ({UserActionsLake.Expected(input)}) GROUP BY user_id, "SKU"
            """).Select(row => row[0]!).Order(StringComparer.Ordinal);
        Assert.Equal(expected, Lines(app, """
            SELECT user_id || '|' || "SKU" || '|' || to_char(event_datetime AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '|' || event_name
            FROM warehouse.user_activity_latest
            """).Order(StringComparer.Ordinal));
    }

    private static int Superseded(FunctionApp app) =>
        Lines(app, "SELECT key FROM pipeline.lake_object WHERE state = 'superseded' AND removed_at IS NULL").Count;

    private static List<string> Lines(FunctionApp app, string sql)
    {
        using var connection = new NpgsqlConnection(app.Database);
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read()) found.Add(reader.GetString(0));
        return found;
    }

    private static Task<JsonElement> GetAsync(FunctionApp app, string path) => app.Http.GetFromJsonAsync<JsonElement>(path, Stopping);

    // The shipped contracts, that of user actions with another platform.
    private static string Contracts(string home, int version, string platform)
    {
        var folder = Path.Combine(home, $"datasets-{version}");
        Repository.CopyContracts(folder);
        var file = Path.Combine(folder, "user_actions.yaml");
        File.WriteAllText(file, File.ReadAllText(file).Replace("version: 1", $"version: {version}", StringComparison.Ordinal)
            .Replace("    from: user_identifiers.platform", platform, StringComparison.Ordinal));
        return folder;
    }

    private static List<byte[]> Records(string path)
    {
        using (var file = File.Create(path)) UserActionsGenerator.Write(file, new(Events, Seed: 11));
        var records = new List<byte[]>(Events + Broken);
        foreach (var line in File.ReadLines(path))
        {
            if (records.Count % (Events / Broken) == 0 && records.Count < Events) records.Add("{\"timestamp\":\"2023-10-23T"u8.ToArray());
            records.Add(Encoding.UTF8.GetBytes(line));
        }
        return records;
    }
}
