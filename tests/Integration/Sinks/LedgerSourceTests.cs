using Npgsql;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class LedgerSourceTests
{
    [Theory]
    [InlineData("Host=db.example;Username=app", true, 30)]
    [InlineData("Host=db.example;Username=app;TCP Keepalive=false", false, 0)]
    [InlineData("Host=db.example;Username=app;TcpKeepAlive=true;TcpKeepAliveTime=7", true, 7)]
    public void A_server_that_is_gone_is_noticed_unless_the_settings_say_otherwise(string text, bool keepsAlive, int seconds)
    {
        using var source = LedgerSource.Open(text);
        var settings = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        Assert.Equal((keepsAlive, seconds), (settings.TcpKeepAlive, settings.TcpKeepAliveTime));
    }
}
