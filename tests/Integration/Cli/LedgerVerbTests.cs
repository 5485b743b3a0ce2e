using System.Text.Json;
using Npgsql;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Cli;

/// <summary>Verbs that need the ledger's database and no running app: migrate, generation, redshift.</summary>
public sealed class LedgerVerbTests(PostgresServer postgres) : IDisposable
{
    private const string Applied = "SELECT string_agg(name || applied_at, ' ' ORDER BY number) FROM pipeline.schema_migration";

    private readonly FunctionApp app = new(postgres.CreateDatabase(), "127.0.0.1:1", ("Lake__Root", "s3://example-lake/lake"));

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrate_makes_the_ledger_once_and_says_what_is_wrong_before_it_touches_it()
    {
        app.Set("KafkaBrokers", "nowhere");
        var wrong = await app.RunVerbAsync(["migrate"], Stopping);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("'nowhere' is not host:port", wrong.Errors, StringComparison.Ordinal);
        Assert.Equal("0", await ValueAsync("SELECT count(*)::text FROM pg_namespace WHERE nspname = 'pipeline'"));

        app.Set("KafkaBrokers", "127.0.0.1:1");
        Assert.True(JsonElement.Parse(await RunAsync("migrate", "--json")).GetProperty("current").GetBoolean());
        var applied = await ValueAsync(Applied);
        Assert.Contains("0001_ledger.sql", applied, StringComparison.Ordinal);
        Assert.Equal("The ledger is of this version.\n", await RunAsync("migrate"));
        Assert.Equal(applied, await ValueAsync(Applied));
    }

    [Fact]
    public async Task A_plan_of_a_source_that_was_never_extracted_tells_what_is_not_known()
    {
        await RunAsync("migrate");
        app.Set("S3__Region", "us-east-1");
        foreach (var (name, value) in ((string, string)[])[("AccessToken", "token"), ("AppSecret", "secret"), ("Accounts__0", "1001")])
            app.Set($"Facebook__{name}", value);
        var plan = JsonElement.Parse(await RunAsync("plan", "--source", "facebook", "--from", "2026-11-01", "--json"));
        Assert.True(plan.GetProperty("windows").GetInt64() > 0);
        foreach (var name in (string[])["segments", "publications", "objects", "minutes", "dollars"])
            Assert.Equal(JsonValueKind.Null, plan.GetProperty(name).ValueKind);
        Assert.StartsWith("Nothing was extracted of this source yet", plan.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generation_is_raised_of_one_stream_or_of_all_and_of_an_unknown_one_not()
    {
        await RunAsync("migrate");
        await ValueAsync(
            """
            INSERT INTO pipeline.source_cursor (dataset, stream, next_position, epoch, stopped_reason)
            VALUES ('user_actions', 'user-actions-0', 100, 1, 'truncated'), ('user_actions', 'user-actions-1', 50, 1, NULL) RETURNING ''
            """);
        Assert.Equal("user-actions-0: generation 2\n",
            await RunAsync("generation", "raise", "--dataset", "user_actions", "--stream", "user-actions-0"));
        var all = JsonElement.Parse(await RunAsync("generation", "raise", "--dataset", "user_actions", "--json")).EnumerateArray()
            .ToDictionary(each => each.GetProperty("stream").GetString()!, each => each.GetProperty("generation").GetInt32());
        Assert.Equal((3, 2), (all["user-actions-0"], all["user-actions-1"]));
        Assert.Equal("0", await ValueAsync(
            "SELECT count(*)::text FROM pipeline.source_cursor WHERE next_position IS NOT NULL OR stopped_reason IS NOT NULL"));

        var (code, _, errors) = await app.RunVerbAsync(
            ["generation", "raise", "--dataset", "user_actions", "--stream", "user-actions-7"], Stopping);
        Assert.Equal(1, code);
        Assert.Contains("The ledger knows no stream user-actions-7", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redshift_gets_a_table_and_a_transaction_that_replaces_the_days()
    {
        await RunAsync("migrate");
        Assert.Contains("CREATE TABLE IF NOT EXISTS \"warehouse\".\"user_actions\" (",
            await RunAsync("redshift", "ddl", "--dataset", "user_actions"), StringComparison.Ordinal);
        string[] copy = ["redshift", "copy", "--dataset", "user_actions", "--from", "2026-11-02"];
        var nowhere = await app.RunVerbAsync(copy, Stopping);
        Assert.Equal((1, true), (nowhere.ExitCode, nowhere.Errors.Contains("Set S3:Region to the bucket's region", StringComparison.Ordinal)));
        app.Set("S3__Region", "eu-central-1");
        var script = await RunAsync([.. copy, "--to", "2026-11-03"]);
        Assert.StartsWith("BEGIN;\n", script, StringComparison.Ordinal);
        Assert.Contains("WHERE \"event_date\" BETWEEN DATE '2026-11-02' AND DATE '2026-11-03';", script, StringComparison.Ordinal);
        Assert.Contains("COMMIT;", script, StringComparison.Ordinal);

        var backwards = await app.RunVerbAsync([.. copy, "--to", "2026-11-01"], Stopping);
        Assert.Equal((2, true), (backwards.ExitCode, backwards.Errors.Contains("--from is after --to", StringComparison.Ordinal)));
        app.Set("Lake__Root", app.Lake);
        var folder = await app.RunVerbAsync(copy, Stopping);
        Assert.Equal((1, true), (folder.ExitCode, folder.Errors.Contains("Set Lake:Root to s3://bucket/prefix", StringComparison.Ordinal)));
    }

    public void Dispose() => app.Dispose();

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await app.RunVerbAsync(arguments, Stopping);
        Assert.True(code == 0, $"pipeline {string.Join(' ', arguments)} ended with {code}: {errors}{output}");
        return output;
    }

    private async Task<string> ValueAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(app.Database);
        await using var command = source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(Stopping))!;
    }
}
