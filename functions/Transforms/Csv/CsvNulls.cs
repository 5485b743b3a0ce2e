using System.Runtime.CompilerServices;
using System.Text;

namespace Pipeline.Transforms.Csv;

/// <summary>Unquoted texts that mean null.</summary>
internal sealed class CsvNulls(IReadOnlyList<string> texts)
{
    private const int Longest = 63;

    private readonly byte[][] texts = [.. texts.Where(text => text.Length != 0).Select(Encoding.UTF8.GetBytes)];

    // A bit for each length that one of them has; the last one stands for all that are longer.
    private readonly ulong lengths = texts.Where(text => text.Length != 0)
        .Aggregate(0UL, (bits, text) => bits | (1UL << Math.Min(Longest, Encoding.UTF8.GetByteCount(text))));

    /// <summary>Whether the empty text does.</summary>
    public bool HoldEmpty { get; } = texts.Contains("");

    /// <summary>Whether a text that is not empty does.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Hold(ReadOnlySpan<byte> text) => (lengths >> Math.Min(Longest, text.Length) & 1) != 0 && IsOne(text);

    private bool IsOne(ReadOnlySpan<byte> text)
    {
        foreach (var each in texts)
            if (text.SequenceEqual(each)) return true;
        return false;
    }
}
