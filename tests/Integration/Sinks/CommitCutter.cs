using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Pipeline.Tests.Integration.Sinks;

/// <summary>A proxy before PostgreSQL that loses one COMMIT, or the answer to it, and the connection with it.</summary>
internal sealed class CommitCutter : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly int serverPort;
    private readonly Task accepting;
    private int armed;   // 0: pass on, 1: lose the COMMIT, 2: lose its answer

    public CommitCutter(int serverPort)
    {
        this.serverPort = serverPort;
        listener.Start();
        accepting = AcceptAsync();
    }

    public string Through(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        Port = ((IPEndPoint)listener.LocalEndpoint).Port,
    }.ConnectionString;

    public void CutNextCommit(bool delivered) => armed = delivered ? 2 : 1;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        try
        {
            while (true) relays.Add(RelayAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(relays);
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            await server.ConnectAsync(IPAddress.Loopback, serverPort);
            var answers = AnswerAsync(server, client);
            var buffer = new byte[256 * 1024];
            try
            {
                while (await client.GetStream().ReadAsync(buffer, stopping.Token) is var bytes and > 0)
                {
                    if (buffer.AsSpan(0, bytes).IndexOf("COMMIT\0"u8) >= 0 && Interlocked.Exchange(ref armed, 0) is var cut and > 0)
                    {
                        client.Close();
                        if (cut == 2) await server.GetStream().WriteAsync(buffer.AsMemory(0, bytes), stopping.Token);
                        break;
                    }
                    await server.GetStream().WriteAsync(buffer.AsMemory(0, bytes), stopping.Token);
                }
                server.Client.Shutdown(SocketShutdown.Send);   // the server reads what it was sent, then the end
                await answers;
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                return;   // one side is gone, and with it the connection
            }
        }
    }

    // Reads to the server's end even when nobody listens any more, so that the server is not reset before it has committed.
    private async Task AnswerAsync(TcpClient server, TcpClient client)
    {
        var buffer = new byte[256 * 1024];
        while (await server.GetStream().ReadAsync(buffer, stopping.Token) is var bytes and > 0)
            if (client.Connected) await client.GetStream().WriteAsync(buffer.AsMemory(0, bytes), stopping.Token);
    }
}
