using System.Security.Cryptography;
using System.Text;

namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>Ids that are the same at every replay: UUID version 5 (RFC 9562, 5.5) of instance, turn time and a counter.</summary>
internal static class DeterministicGuid
{
    private static readonly byte[] Namespace = new Guid("9e952958-5e33-4daf-827f-2fa12937b875").ToByteArray(bigEndian: true);

    public static Guid Create(string instanceId, DateTime turn, int counter)
    {
        var hash = SHA1.HashData([.. Namespace, .. Encoding.UTF8.GetBytes($"{instanceId}_{turn:o}_{counter}")]);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
