using Npgsql;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>Hears that another node or client wrote work. A notification may be lost: whoever listens also looks from time to
/// time.</summary>
internal sealed class Notifications(NpgsqlDataSource database)
{
    public const string Channel = "localhost_work";

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
