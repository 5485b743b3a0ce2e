using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class LedgerMigrationsTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Applying_twice_applies_once()
    {
        await using var source = NpgsqlDataSource.Create(postgres.CreateDatabase());
        Assert.NotEmpty(await LedgerMigrations.ApplyAsync(source, new Clock(), stopping));
        Assert.Empty(await LedgerMigrations.ApplyAsync(source, new Clock(), stopping));
    }

    [Fact]
    public async Task Of_concurrent_starts_one_applies()
    {
        await using var source = NpgsqlDataSource.Create(postgres.CreateDatabase());
        var starts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => LedgerMigrations.ApplyAsync(source, new Clock(), stopping)));
        Assert.Single(starts, applied => applied.Count > 0);
    }

    [Fact]
    public async Task A_changed_file_that_was_applied_stops_the_start()
    {
        await using var source = NpgsqlDataSource.Create(postgres.CreateDatabase());
        await LedgerMigrations.ApplyAsync(source, new Clock(), [Migration.Of("0001_a.sql", "SELECT 1")], stopping);
        var error = await Assert.ThrowsAsync<TerminalException>(() => LedgerMigrations.ApplyAsync(
            source, new Clock(), [Migration.Of("0001_a.sql", "SELECT 2"), Migration.Of("0002_b.sql", "CREATE TABLE pipeline.b ()")], stopping));
        Assert.Contains("0001_a.sql was applied with another content", error.Message, StringComparison.Ordinal);
        Assert.Equal(["null"], await Given.LinesAsync(source, "SELECT to_regclass('pipeline.b')::text"));
    }

    [Fact]
    public async Task A_file_that_fails_leaves_nothing_behind()
    {
        await using var source = NpgsqlDataSource.Create(postgres.CreateDatabase());
        await Assert.ThrowsAsync<TerminalException>(() => LedgerMigrations.ApplyAsync(
            source, new Clock(), [Migration.Of("0001_a.sql", "CREATE TABLE pipeline.a (); SELECT * FROM nowhere")], stopping));
        Assert.Equal(["null"], await Given.LinesAsync(source, "SELECT to_regclass('pipeline.a')::text"));
    }

    [Fact]
    public async Task A_role_that_is_no_superuser_but_owns_the_database_is_enough()
    {
        var database = postgres.CreateDatabase();
        var role = $"owner_{Guid.NewGuid():N}";
        await using (var admin = NpgsqlDataSource.Create(database))
            await Given.ExecuteAsync(admin, $"CREATE ROLE {role} LOGIN; ALTER DATABASE {new NpgsqlConnectionStringBuilder(database).Database} OWNER TO {role}");
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Username = role }.ConnectionString);
        Assert.NotEmpty(await LedgerMigrations.ApplyAsync(source, new Clock(), stopping));
        await Given.LandAsync(source, 3);
    }

    [Fact]
    public async Task A_role_that_may_only_write_starts_where_all_are_applied()
    {
        var database = postgres.CreateDatabase();
        var role = $"writer_{Guid.NewGuid():N}";
        await using (var admin = NpgsqlDataSource.Create(database))
        {
            await LedgerMigrations.ApplyAsync(admin, new Clock(), stopping);
            await Given.ExecuteAsync(admin,
                $"""
                CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA pipeline TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA pipeline TO {role}
                """);
        }
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Username = role }.ConnectionString);
        Assert.Empty(await LedgerMigrations.ApplyAsync(source, new Clock(), stopping));
    }
}
