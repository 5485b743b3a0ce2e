namespace Pipeline.Parquet.Encoding;

/// <summary>Whether a column chunk is smaller with a dictionary, before compression.</summary>
/// <param name="Values">Values in the chunk.</param>
/// <param name="PlainBytes">Bytes they take without a dictionary.</param>
/// <param name="MaxDictionaryBytes">Bytes a dictionary may take.</param>
internal readonly record struct DictionaryChoice(int Values, long PlainBytes, int MaxDictionaryBytes)
{
    /// <summary>Values after which <see cref="IsHopeless"/> is asked.</summary>
    public const int BlockValues = 4096;

    /// <summary>Whether entries that take so many bytes pay.</summary>
    public bool Pays(int entries, long entryBytes) =>
        entries > 0 && entryBytes <= MaxDictionaryBytes && entryBytes + IdBytes(entries) < PlainBytes;

    /// <summary>Whether what was seen so far makes it useless to hash the rest.</summary>
    /// <remarks>
    /// The distinct values of all are guessed from above: no more than in proportion, and, where most values were new, no more than a
    /// uniform draw would give, in which n values with c repeats come from about n²/2c.
    /// </remarks>
    public bool IsHopeless(int seen, int entries, long entryBytes)
    {
        if (entryBytes > MaxDictionaryBytes) return true;
        var guess = Math.Min((double)Values, entries * ((double)Values / seen));
        if (entries < seen) guess = Math.Min(guess, Math.Max(entries, (double)seen * seen / (2.0 * (seen - entries))));
        return guess * ((double)entryBytes / entries) + IdBytes((int)guess) >= PlainBytes;
    }

    private long IdBytes(int entries) => (long)Values * BitPacking.WidthOf(entries - 1) / 8;
}
