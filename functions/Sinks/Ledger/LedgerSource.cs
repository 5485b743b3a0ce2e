using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>Opens the ledger's database.</summary>
public static class LedgerSource
{
    /// <summary>Connections by a connection string, which notice within two minutes that the server is gone while they wait for it: a
    /// statement of a commit has no other limit.</summary>
    public static NpgsqlDataSource Open(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (!settings.ShouldSerialize("TCP Keepalive"))
            (settings.TcpKeepAlive, settings.TcpKeepAliveTime, settings.TcpKeepAliveInterval) = (true, 30, 10);
        return NpgsqlDataSource.Create(settings);
    }
}
