using Npgsql;

namespace Pipeline.LocalHost.State;

/// <summary>The database with the host's own state, schema <c>localhost</c>.</summary>
internal sealed class HostDatabase(string connectionString) : IAsyncDisposable
{
    // One lock for whoever creates parts of the schema: CREATE … IF NOT EXISTS alone fails when two do it at once.
    private const string Schema = """
        SELECT pg_advisory_xact_lock(hashtextextended('localhost.schema', 0));
        CREATE SCHEMA IF NOT EXISTS localhost;
        CREATE TABLE IF NOT EXISTS localhost.timer_status (
            timer text PRIMARY KEY,
            last timestamptz,
            next timestamptz NOT NULL,
            last_updated timestamptz NOT NULL);
        """;

    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(connectionString);

    /// <summary>Creates what is missing.</summary>
    public async Task PrepareAsync(CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        await using var create = new NpgsqlCommand(Schema, connection, transaction);
        await create.ExecuteNonQueryAsync(stopping);
        await transaction.CommitAsync(stopping);
    }

    /// <summary>A statement on a connection of the pool.</summary>
    public NpgsqlCommand Command(string sql) => source.CreateCommand(sql);

    /// <summary>A connection of its own, outside the pool: its session holds locks.</summary>
    public async Task<NpgsqlConnection> OpenSessionAsync(CancellationToken stopping)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false, CommandTimeout = 5, ApplicationName = "localhost leases",
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(stopping);
        return connection;
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
