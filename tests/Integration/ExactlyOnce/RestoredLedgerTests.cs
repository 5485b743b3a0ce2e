using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.ExactlyOnce;

/// <summary>The drill of docs/runbooks/restore-the-ledger.md: PostgreSQL restored to a backup that was taken in the middle of a feed.</summary>
public sealed partial class RestoredLedgerTests(PostgresServer postgres, ITestOutputHelper output)
{
    private const int TopicPartitions = 8;
    private const int Events = 80_000;
    private const int StraysLeft = 3;

    [Fact]
    public async Task A_ledger_restored_to_an_older_backup_loses_nothing_repeats_nothing_and_tells_of_strays()
    {
        var stopping = TestContext.Current.CancellationToken;
        using var cluster = new MockKafkaCluster();
        cluster.CreateTopic("user-actions", TopicPartitions);
        using var producer = new Producer(cluster.Bootstrap, TopicPartitions);
        var before = postgres.CreateDatabase();
        using var app = new FunctionApp(before, cluster.Bootstrap, ("Publish__MaxAge", "00:00:01"));
        var input = Path.Combine(app.Home, "events.ndjson");
        using (var file = File.Create(input)) UserActionsGenerator.Write(file, new(Events, Seed: 11));
        var portions = File.ReadLines(input).Select(Encoding.UTF8.GetBytes).Chunk(Events / 4).ToList();
        var backup = Path.Combine(app.Home, "ledger.dump");

        app.Start();
        await app.ReadyAsync(stopping);
        producer.Produce("user-actions", portions[0]);
        await app.SettledAsync("user_actions", portions[0].Length, stopping);
        var feeding = Task.Run(async () =>
        {
            foreach (var few in portions[1].Chunk(portions[1].Length / 20))
            {
                producer.Produce("user-actions", few);
                await Task.Delay(100, stopping);
            }
        }, stopping);
        await app.EventuallyAsync(
            async () => (await app.StatusAsync("user_actions", stopping)).GetProperty("records_landed").GetInt64() > portions[0].Length, stopping);
        postgres.Backup(before, backup);
        await feeding;
        producer.Produce("user-actions", portions[2]);
        await app.SettledAsync("user_actions", portions.Take(3).Sum(portion => portion.Length), stopping);
        app.Kill();

        var restored = postgres.Restore(backup);
        var strays = LedgerObjects.Unknown(app.Lake, restored);
        var kept = await LandedAsync(restored, stopping);
        output.WriteLine($"The backup knows {kept} records of {portions.Take(3).Sum(portion => portion.Length)}; {strays.Count} objects were committed after it.");
        Assert.InRange(kept, portions[0].Length + 1, portions.Take(2).Sum(portion => portion.Length) - 1);
        Assert.True(strays.Count > StraysLeft);
        foreach (var statement in StatementsOfTheRunbook()) await ExecuteAsync(restored, statement, stopping);
        var missed = strays.Take(StraysLeft).ToList();
        foreach (var stray in strays.Except(missed)) File.Delete(Path.Combine(app.Lake, stray));

        app.Set("LocalHost__Postgres", restored);
        app.Set("Ledger__ConnectionString", restored);
        app.Start();
        await app.ReadyAsync(stopping);
        producer.Produce("user-actions", portions[3]);
        var status = await app.SettledAsync("user_actions", Events, stopping);

        Assert.Equal(Events, status.GetProperty("records_landed").GetInt64());
        Assert.Equal(Events, status.GetProperty("rows_in").GetInt64());
        Assert.Equal(Events, status.GetProperty("rows_out").GetInt64());
        await app.EventuallyAsync(async () => (await ReportedAsync(restored, stopping)).Count >= missed.Count, stopping);
        Assert.Equal(missed, await ReportedAsync(restored, stopping));

        foreach (var stray in missed) File.Delete(Path.Combine(app.Lake, stray));
        Assert.Empty(LedgerObjects.Unknown(app.Lake, restored));
        Assert.Empty(LedgerObjects.Lost(app.Lake, restored));
        Assert.Equal(("0", "0"), UserActionsLake.Differences(app.Lake, input));
        await UserActionsTable.AssertHoldsLatestAsync(restored, input, stopping);
    }

    // What an operator pastes: the page and the drill cannot part.
    private static IReadOnlyList<string> StatementsOfTheRunbook()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "runbooks", "restore-the-ledger.md"));
        var statements = Pasted().Matches(page).Select(match => match.Groups[1].Value)
            .Where(statement => statement.StartsWith("UPDATE", StringComparison.Ordinal) || statement.StartsWith("SELECT setval", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, statements.Count);
        return statements;
    }

    private static async Task ExecuteAsync(string database, string statement, CancellationToken stopping)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(stopping);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(stopping);
    }

    private static async Task<long> LandedAsync(string database, CancellationToken stopping)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(stopping);
        await using var command = new NpgsqlCommand("SELECT sum(records)::bigint FROM pipeline.segment", connection);
        return (long)(await command.ExecuteScalarAsync(stopping))!;
    }

    private static async Task<IReadOnlyList<string>> ReportedAsync(string database, CancellationToken stopping)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(stopping);
        await using var command = new NpgsqlCommand(
            "SELECT subject FROM pipeline.alert WHERE code = 'object_unknown' ORDER BY subject COLLATE \"C\"", connection);
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var subjects = new List<string>();
        while (await reader.ReadAsync(stopping)) subjects.Add(reader.GetString(0));
        return subjects;
    }

    [GeneratedRegex("psql \"\\$OWNER\" -c \"([^\"]+)\"")]
    private static partial Regex Pasted();
}
