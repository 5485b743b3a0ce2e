using System.Security.Cryptography;
using Pipeline.Domain.Failures;

namespace Pipeline.Transforms.Masking;

/// <summary>One version of the key that pseudonyms are made with.</summary>
/// <param name="Version">From 1; written into every pseudonym.</param>
/// <param name="Secret">32 bytes.</param>
/// <param name="From">Rows whose event happened from here on use it; the first version is used for all that came before, too.</param>
public sealed record MaskKey(int Version, ReadOnlyMemory<byte> Secret, DateTimeOffset From);

/// <summary>The key versions of an installation, and which of them a row uses: its event time decides, so that a replay makes the same.</summary>
/// <remarks>
/// A version whose start lies behind events that are published already would change their pseudonyms in a replay: a new version is added
/// with a start to come.
/// </remarks>
public sealed class MaskKeys
{
    /// <summary>Bytes of a secret.</summary>
    public const int SecretBytes = 32;

    private readonly MaskKey[] versions;
    private readonly long[] fromMicros;
    private readonly long overlapMicros;

    /// <summary>Keys in any order; none where no contract asks for one.</summary>
    /// <param name="overlap">How long behind a change of keys rows carry the pseudonym before it as well.</param>
    /// <exception cref="ArgumentException">Versions or starts repeat, versions do not rise with their starts, or a secret has another
    /// length.</exception>
    public MaskKeys(IEnumerable<MaskKey> keys, TimeSpan overlap)
    {
        versions = [.. keys.OrderBy(key => key.Version)];
        fromMicros = [.. versions.Select(key => (key.From - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond)];
        overlapMicros = overlap.Ticks / TimeSpan.TicksPerMicrosecond;
        for (var i = 0; i < versions.Length; i++)
        {
            if (versions[i].Secret.Length != SecretBytes)
                throw new ArgumentException(
                    $"Masking key {versions[i].Version} has {versions[i].Secret.Length} bytes; it needs {SecretBytes}.", nameof(keys));
            if (i > 0 && (versions[i].Version == versions[i - 1].Version || versions[i].From <= versions[i - 1].From))
                throw new ArgumentException($"Masking key {versions[i].Version} must start after key {versions[i - 1].Version}.", nameof(keys));
        }
    }

    /// <summary>No keys: only masks that need none can be made.</summary>
    public static MaskKeys None { get; } = new([], TimeSpan.Zero);

    /// <summary>Versions in it.</summary>
    public int Count => versions.Length;

    /// <summary>The number (from 0) of the version a row of this event time uses.</summary>
    public int At(long micros)
    {
        var number = versions.Length - 1;
        while (number > 0 && micros < fromMicros[number]) number--;
        return number;
    }

    /// <summary>The number of the version before, while the event time is within the overlap behind the change; otherwise -1.</summary>
    public int PreviousAt(long micros)
    {
        var number = At(micros);
        return number > 0 && micros - fromMicros[number] < overlapMicros ? number - 1 : -1;
    }

    /// <summary>The masks of a domain, one for each version; not for two threads at once.</summary>
    internal TextMask[] MasksOf(Domain.Datasets.MaskSpec spec) => spec.Kind == Domain.Datasets.MaskKind.Hmac
        ? [.. versions.Select(key => new HmacMask(key.Version, Derive(key, "pipeline mask hmac"u8, SecretBytes), spec.Domain))]
        : [.. versions.Select(key => SivOf(key, spec.Domain))];

    /// <summary>Turns an AES-SIV pseudonym of a domain back.</summary>
    /// <exception cref="TerminalException">It is none, its key version is not set, or it belongs to another domain.</exception>
    public string Unmask(string pseudonym, string domain)
    {
        var version = AesSivMask.VersionOf(pseudonym) ?? throw new TerminalException(
            "The value is no AES-SIV pseudonym (s<version>.<base64url>); those of HMAC (h<version>.…) cannot be turned back by anybody.");
        var key = versions.FirstOrDefault(key => key.Version == version) ?? throw new TerminalException(
            $"The value was masked with key version {version}, which Masking:Keys does not have; set that version and ask again.");
        using var mask = SivOf(key, domain);
        return mask.Open(pseudonym) ?? throw new TerminalException(
            $"The value was not masked in the domain '{domain}' with key version {version}: it was changed, or is another column's or key's.");
    }

    private static AesSivMask SivOf(MaskKey key, string domain) =>
        new(key.Version, Derive(key, "pipeline mask aes-siv"u8, 2 * SecretBytes), domain);

    private static byte[] Derive(MaskKey key, ReadOnlySpan<byte> purpose, int bytes)
    {
        var derived = new byte[bytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Secret.Span, derived, [], purpose);
        return derived;
    }
}
