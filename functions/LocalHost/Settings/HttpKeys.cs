using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>The keys callers of HTTP functions show: for all functions, for one, for the durable management pages, for all.</summary>
/// <remarks>Without any key nothing is asked for, as when Core Tools runs an app; the host then listens on loopback alone.</remarks>
internal sealed class HttpKeys
{
    private byte[]? master;
    private byte[]? common;
    private byte[]? system;
    private Dictionary<string, byte[]> functions = [];

    /// <summary>Whether a key is configured at all.</summary>
    public bool Any => master is not null || common is not null || system is not null || functions.Count > 0;

    /// <summary>The key in the links of the durable management pages that functions give out; null when there is none.</summary>
    public string? System { get; private init; }

    /// <summary><c>default</c>, <c>master</c>, <c>system</c> and <c>functions:{name}</c>.</summary>
    public static HttpKeys Read(IConfigurationSection section) => new()
    {
        System = section["system"],
        master = Hash(section["master"]),
        common = Hash(section["default"]),
        system = Hash(section["system"]),
        functions = section.GetSection("functions").GetChildren().Where(key => !string.IsNullOrEmpty(key.Value))
            .ToDictionary(key => key.Key, key => Hash(key.Value)!, StringComparer.OrdinalIgnoreCase),
    };

    /// <summary>Whether the key opens the function.</summary>
    /// <param name="level">What the function asks for.</param>
    /// <param name="function">Its name; null for the host's own pages.</param>
    /// <param name="shown">The caller's key; null for none.</param>
    public bool Open(AuthorizationLevel level, string? function, string? shown)
    {
        if (level == AuthorizationLevel.Anonymous || !Any) return true;
        if (string.IsNullOrEmpty(shown)) return false;
        var hash = Hash(shown)!;
        var open = Same(master, hash);
        if (level == AuthorizationLevel.System) return open | Same(system, hash);
        if (level != AuthorizationLevel.Function) return open;
        open |= Same(common, hash);
        open |= function is not null && functions.TryGetValue(function, out var own) && Same(own, hash);
        return open;
    }

    // Hashes have one length, so the comparison takes the same time for any key.
    private static bool Same(byte[]? key, byte[] shown) => key is not null && CryptographicOperations.FixedTimeEquals(key, shown);

    private static byte[]? Hash(string? key) => string.IsNullOrEmpty(key) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
