using Npgsql;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>Hears that another node or client wrote work. A notification may be lost: whoever listens also looks from time to
/// time.</summary>
internal sealed class Notifications(NpgsqlDataSource database)
{
    private const string Channel = "localhost_work";

    /// <summary>Tells every node that there is work.</summary>
    /// <remarks>Transactions that tell wait for each other to commit, so few large ones should.
    /// https://www.postgresql.org/docs/current/sql-notify.html</remarks>
    public static NpgsqlBatchCommand Notify => new($"NOTIFY {Channel}");

    /// <summary>Listens until cancelled; a lost connection throws.</summary>
    public async Task ListenAsync(Action heard, CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        connection.Notification += (_, _) => heard();
        await using var listen = new NpgsqlCommand($"LISTEN {Channel}", connection);
        await listen.ExecuteNonQueryAsync(stopping);
        while (true) await connection.WaitAsync(stopping);
    }
}
