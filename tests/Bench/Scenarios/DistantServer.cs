using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>A server on this machine as if it were far away, or slow: what it answers is passed on after a while, by TCP.</summary>
internal sealed class DistantServer : IDisposable
{
    private static readonly byte[] Continue = "HTTP/1.1 100"u8.ToArray();

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TimeSpan delay;
    private readonly int server;

    /// <param name="server">TCP port of the server on 127.0.0.1.</param>
    /// <param name="delay">How long each answer is held. A go-ahead before an HTTP body is no answer.</param>
    public DistantServer(int server, TimeSpan delay)
    {
        (this.server, this.delay) = (server, delay);
        listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>TCP port on 127.0.0.1 by which it is reached.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <inheritdoc/>
    public void Dispose() => listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = RelayAsync(await listener.AcceptTcpClientAsync());
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            return;   // it is disposed
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var own = new TcpClient { NoDelay = true })
        {
            client.NoDelay = true;
            await own.ConnectAsync(IPAddress.Loopback, server);
            await Task.WhenAny(PassAsync(client, own, TimeSpan.Zero), PassAsync(own, client, delay));
        }
    }

    private static async Task PassAsync(TcpClient from, TcpClient to, TimeSpan delay)
    {
        var bytes = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.GetStream().ReadAsync(bytes)) > 0;)
            {
                if (delay > TimeSpan.Zero && !bytes.AsSpan(0, read).StartsWith(Continue)) await Task.Delay(delay);
                await to.GetStream().WriteAsync(bytes.AsMemory(0, read));
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            return;   // one of them is gone, and the other goes with it
        }
    }
}
