namespace Pipeline.Parquet.Encoding;

/// <summary>Ascending numbers as their differences (DELTA_BINARY_PACKED): what a lake is sorted by, first of all times.</summary>
internal readonly ref struct DeltaNumbers(ReadOnlySpan<long> values) : IPageValues
{
    /// <summary>Fewer values take as many bytes in any form.</summary>
    private const int FewestValues = 64;

    private readonly ReadOnlySpan<long> values = values;

    public int Count => values.Length;

    /// <summary>Whether differences are the smallest form: the values ascend, and are not a few that repeat, whose dictionary's runs take
    /// less.</summary>
    public static bool Pays(ReadOnlySpan<long> values)
    {
        if (values.Length < FewestValues) return false;
        var distinct = 1;
        for (var i = 1; i < values.Length; i++)
        {
            if (values[i] < values[i - 1]) return false;
            distinct += values[i] == values[i - 1] ? 0 : 1;
        }

        // A range wider than a signed number would make differences that some readers take for negative.
        return distinct > values.Length / 4 && unchecked(values[^1] - values[0]) >= 0;
    }

    public int Fit(int first, int maxBytes) => Math.Min(Count - first, maxBytes / sizeof(long));

    public void Write(int first, int count, ByteBuffer page) => DeltaPacking.Write(values.Slice(first, count), page);
}
