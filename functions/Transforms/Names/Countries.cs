using System.Text;

namespace Pipeline.Transforms.Names;

/// <summary>Reads countries by code or English name (ISO 3166-1), from a list that is kept with this program.</summary>
internal static class Countries
{
    private const int MaxBytes = 96;

    private static readonly Lazy<Dictionary<byte[], byte[]>> Kept = new(Read);

    /// <summary>The alpha-2 code.</summary>
    /// <param name="text">Alpha-2 or alpha-3 code or a name, in any case.</param>
    /// <returns>Empty when it is no country's.</returns>
    public static ReadOnlySpan<byte> CodeOf(ReadOnlySpan<byte> text)
    {
        var name = text.Trim(" \t\r\n"u8);
        if (name.Length is < 2 or > MaxBytes) return default;
        var known = Kept.Value.GetAlternateLookup<ReadOnlySpan<byte>>();
        Span<byte> lower = stackalloc byte[MaxBytes];
        if (Ascii.ToLower(name, lower, out var written) != System.Buffers.OperationStatus.Done)
            return Kept.Value.GetValueOrDefault(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(name).ToLowerInvariant()));
        return known.TryGetValue(lower[..written], out var code) ? code : default;
    }

    private static Dictionary<byte[], byte[]> Read()
    {
        var codes = new Dictionary<byte[], byte[]>(Utf8Comparer.Ordinal);
        foreach (var line in ResourceLines.Read("countries.txt"))
        {
            var names = line.Split(';');
            foreach (var name in names) codes.Add(Encoding.UTF8.GetBytes(name.ToLowerInvariant()), Encoding.ASCII.GetBytes(names[0]));
        }
        return codes;
    }
}
