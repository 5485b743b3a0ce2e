namespace Pipeline.Parquet.Encoding;

/// <summary>Finds which entries of a large shared dictionary a chunk uses and numbers them in the order of their first use.</summary>
internal sealed class UsedEntries
{
    private readonly record struct Entry(int Chunk, int Number);

    private Entry[] entries = [];
    private int[] used = [];
    private int chunk;

    /// <summary>Renumbers a chunk's values.</summary>
    /// <param name="dictionaryCount">Entries in the shared dictionary.</param>
    /// <param name="numbers">Takes the new number of each value; at least as long as <paramref name="ids"/>.</param>
    /// <returns>The shared dictionary's ids by their new numbers; valid until the next call.</returns>
    public ReadOnlySpan<int> Number(ReadOnlySpan<int> ids, int dictionaryCount, Span<int> numbers)
    {
        if (entries.Length < dictionaryCount)
        {
            entries = new Entry[Math.Max(dictionaryCount, entries.Length * 2)];
            used = new int[entries.Length];
        }

        // Entries of earlier chunks carry an earlier chunk's number: nothing is cleared, however large the dictionary.
        if (++chunk == int.MaxValue)
        {
            Array.Clear(entries);
            chunk = 1;
        }

        var count = 0;
        for (var i = 0; i < ids.Length; i++)
        {
            ref var entry = ref entries[ids[i]];
            if (entry.Chunk != chunk)
            {
                entry = new Entry(chunk, count);
                used[count++] = ids[i];
            }

            numbers[i] = entry.Number;
        }

        return used.AsSpan(0, count);
    }
}
