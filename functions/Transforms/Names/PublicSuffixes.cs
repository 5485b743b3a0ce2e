using System.Text;

namespace Pipeline.Transforms.Names;

/// <summary>Finds the part of a host below which anybody can register a name, by the algorithm of publicsuffix.org over a selection of its
/// list, which is kept with this program.</summary>
/// <remarks>https://github.com/publicsuffix/list/wiki/Format#formal-algorithm</remarks>
internal sealed class PublicSuffixes
{
    private static readonly Lazy<PublicSuffixes> Kept = new(() => new(ResourceLines.Read("public_suffixes.txt")));

    private readonly HashSet<byte[]> plain = new(Utf8Comparer.Ordinal);
    private readonly HashSet<byte[]> wild = new(Utf8Comparer.Ordinal);
    private readonly HashSet<byte[]> exceptions = new(Utf8Comparer.Ordinal);

    private PublicSuffixes(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var words = line.Split(' ');
            foreach (var label in words.AsSpan(1))
            {
                if (label == "*") wild.Add(Encoding.ASCII.GetBytes(words[0]));
                else if (label[0] == '!') exceptions.Add(Encoding.ASCII.GetBytes($"{label[1..]}.{words[0]}"));
                else plain.Add(Encoding.ASCII.GetBytes($"{label}.{words[0]}"));
            }
        }
    }

    /// <summary>The list that is kept with this program.</summary>
    public static PublicSuffixes Default => Kept.Value;

    /// <summary>Where a host's registered domain begins: its public suffix and the label before it.</summary>
    /// <param name="host">Lower-case ASCII, labels of at least one character with single dots between.</param>
    /// <returns>-1 when the host is a public suffix itself.</returns>
    public int RegisteredAt(ReadOnlySpan<byte> host)
    {
        for (int before = -1, at = 0; ;)
        {
            var dot = host[at..].IndexOf((byte)'.');
            var next = dot < 0 ? -1 : at + dot + 1;
            if (next >= 0 && Has(exceptions, host[at..])) return at;
            if (next < 0 || Has(plain, host[at..]) || Has(wild, host[next..])) return before;
            (before, at) = (at, next);
        }
    }

    private static bool Has(HashSet<byte[]> rules, ReadOnlySpan<byte> domain) =>
        rules.GetAlternateLookup<ReadOnlySpan<byte>>().Contains(domain);
}
