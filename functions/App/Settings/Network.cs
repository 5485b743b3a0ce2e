using System.Net;

namespace Pipeline.App.Settings;

/// <summary>Which addresses stay on this machine.</summary>
internal static class Network
{
    /// <summary>A host name, IP address or Unix socket directory that never leaves this machine.</summary>
    public static bool IsLoopback(string host) =>
        host.Length == 0 || host.StartsWith('/') || host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
