using System.Globalization;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sqs;

/// <summary>A queue that delivers again what was deleted, messages nobody can read, and kill -9: the end is that of an undisturbed run.</summary>
public sealed class LoginsTests(PostgresServer postgres, ITestOutputHelper output)
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1";
    private static readonly int Messages = Long ? 100_000 : 3_000;
    private static readonly int Kills = Long ? 20 : 2;

    [Fact]
    public async Task Every_login_is_once_in_lake_and_table_and_what_should_be_masked_is_nowhere()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("PIPELINE_SEED") ?? "1", CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed} (PIPELINE_SEED), {Messages} messages, {Kills} kills");
        var (random, stopping) = (new Random(seed), TestContext.Current.CancellationToken);
        using var rig = await LoginsRig.CreateAsync(postgres, lostDeletions: 0.3);
        var logins = LoginsGenerator.Make(new(Messages, (uint)seed, FaultShare: 0.01)).ToList();
        var good = logins.Where(login => login.Code is null).ToList();

        foreach (var portion in logins.Chunk(logins.Count / Kills + 1))
        {
            rig.App.Start();
            var alive = Task.Delay(random.Next(1500, 4000), stopping);
            await rig.SendAsync(portion);
            await alive;
            rig.App.Kill();
        }
        rig.App.Start();
        await rig.App.ReadyAsync(stopping);
        await rig.EmptyAsync(stopping);
        var status = await rig.App.SettledAsync("user_logins", good.Count, stopping);

        Assert.Equal(good.Count, status.GetProperty("records_landed").GetInt64());
        Assert.Equal(good.Count, status.GetProperty("rows_out").GetInt64());
        Assert.Equal(0, status.GetProperty("rejected").GetInt64());
        AssertLakeHolds(rig, good);
        await AssertTableHoldsAsync(rig, good);
        await AssertDeadLettersAreAsync(rig, [.. logins.Except(good)]);
        await AssertUnmasksAsync(rig, stopping);
        Assert.Equal(0, await rig.App.StopAsync(stopping));
        await Canaries.AssertNowhereAsync(rig);
    }

    private static void AssertLakeHolds(LoginsRig rig, List<Login> good)
    {
        var input = Path.Combine(rig.App.Home, "expected.ndjson");
        File.WriteAllLines(input, good.Select(login => login.Body));
        var expected = $$"""
            SELECT login_id, user_id, timestamp AS login_at, CAST(timestamp AS DATE) AS create_date, device_type, locale, app_version,
                   CASE WHEN contains(ip, ':') THEN '2001:db8:cafe::/48' ELSE regexp_replace(ip, '[0-9]+$', '0/24') END AS ip_network
            FROM read_ndjson('{{input}}', columns = {login_id: 'VARCHAR', user_id: 'VARCHAR', timestamp: 'TIMESTAMP', device_type: 'VARCHAR',
                   device_id: 'VARCHAR', ip: 'VARCHAR', locale: 'VARCHAR', app_version: 'VARCHAR'})
            """;
        var rows = $"""
            SELECT login_id, user_id, login_at::TIMESTAMP AS login_at, create_date, device_type, locale, app_version, ip_network
            FROM read_parquet('{rig.App.Lake}/user_logins/*/*.parquet', hive_partitioning = true)
            """;
        var differences = ParquetReaders.Query($"""
            SET TimeZone = 'UTC';
            SELECT (SELECT count(*) FROM (({rows}) EXCEPT ALL ({expected}))), (SELECT count(*) FROM (({expected}) EXCEPT ALL ({rows})))
            """)[0];
        Assert.Equal("0 0", string.Join(' ', differences));
        File.Delete(input);
    }

    private static async Task AssertTableHoldsAsync(LoginsRig rig, List<Login> good)
    {
        var ids = await rig.QueryAsync("SELECT login_id FROM warehouse.user_logins");
        Assert.Equal(good.Count, ids.Count);
        Assert.Equal(good.Count, ids.Distinct().Count());
        Assert.Equal(["0"], await rig.QueryAsync("""
            SELECT count(*) FROM warehouse.user_logins
            WHERE ip !~ '^s1\.[A-Za-z0-9_-]{35,}$' OR device_id !~ '^h1\.[A-Za-z0-9_-]{22}$' OR previous_device_id IS NOT NULL
            """));
    }

    private static async Task AssertDeadLettersAreAsync(LoginsRig rig, List<Login> poison)
    {
        // A crash between sending and recording sends a message twice; its attribute tells.
        var dead = (await rig.DeadLettersAsync()).DistinctBy(each => each.Attributes["source-message-id"]).ToList();
        Assert.Equal(
            poison.Select(login => (login.Body, login.Code)).Order(), dead.Select(each => (each.Body, (string?)each.Attributes["reason-code"])).Order());
        Assert.All(dead, each => Assert.Equal("user-logins", each.Attributes["source-queue"]));
        Assert.All(dead, each => Assert.EndsWith(".", each.Attributes["reason"]));
        Assert.Contains(dead, each => each.Attributes.GetValueOrDefault("reason-field") == "ip");
        Assert.Equal(
            poison.CountBy(login => login.Code!).Select(each => $"{each.Key} {each.Value}").Order(),
            (await rig.QueryAsync("SELECT code || ' ' || count(*) FROM pipeline.queue_message WHERE code IS NOT NULL GROUP BY code")).Order());
    }

    private static async Task AssertUnmasksAsync(LoginsRig rig, CancellationToken stopping)
    {
        var masked = (await rig.QueryAsync("SELECT ip FROM warehouse.user_logins WHERE ip_network LIKE '198.%' LIMIT 1"))[0];
        var unmasked = await rig.App.RunVerbAsync(
            ["unmask", "--dataset", "user_logins", "--column", "ip", "--value", masked, "--reason", "a test asks"], stopping);
        Assert.Equal((0, ""), (unmasked.ExitCode, unmasked.Errors));
        Assert.StartsWith(LoginsGenerator.AddressMark, unmasked.Output);
        Assert.Equal([$"{Environment.UserName} unmask user_logins ip a test asks {Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(masked)))}"],
            await rig.QueryAsync("SELECT concat_ws(' ', actor, action, dataset, column_name, reason, masked_sha256) FROM pipeline.audit"));

        var hashed = (await rig.QueryAsync("SELECT device_id FROM warehouse.user_logins LIMIT 1"))[0];
        var refused = await rig.App.RunVerbAsync(
            ["unmask", "--dataset", "user_logins", "--column", "device_id", "--value", hashed, "--reason", "a test asks"], stopping);
        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("masked with hmac, which nobody can turn back", refused.Errors);
        Assert.Equal(["1"], await rig.QueryAsync("SELECT count(*) FROM pipeline.audit"));
    }
}
