using System.Net;
using System.Net.Sockets;

namespace Pipeline.Tests.Servers;

/// <summary>Ports on loopback, for programs that must be told theirs and listen later.</summary>
public static class Ports
{
    // Below 32768, from where on the kernel hands ports to whoever connects or asks for any, and below what infra/local/demo.sh chooses from:
    // what is free now is not given away before the program that gets it listens.
    private const uint First = 10_000, Count = 10_000;

    private static int given = Random.Shared.Next((int)Count);

    /// <summary>A TCP port that nobody listens on and that this process has not given out lately.</summary>
    public static int Free()
    {
        while (true)
        {
            var port = (int)(First + (uint)Interlocked.Increment(ref given) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                continue;   // taken
            }
        }
    }
}
