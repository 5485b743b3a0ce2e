using System.Collections;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Rows;

/// <summary>The keys of a publication's rows: about 45 bytes each, and no array that grows by copying but the slots.</summary>
internal sealed class KeyTable(long windowMicros) : IReadOnlyList<RowKey>
{
    private const int ChunkBits = 16, ChunkKeys = 1 << ChunkBits;

    private readonly List<RowKey[]> chunks = [];
    private int[] slots = new int[1024];       // a key's number plus one, at its hash or behind it; 0 is free

    /// <summary>Keys in it.</summary>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public RowKey this[int index] => chunks[index >> ChunkBits][index & (ChunkKeys - 1)];

    /// <summary>Adds a key, unless one with the same hash and a time within the window is there.</summary>
    public bool Add(in RowKey key)
    {
        if (Count >= slots.Length / 4 * 3) Grow();
        var at = SlotOf(key.Hash);
        for (; slots[at] != 0; at = (at + 1) & (slots.Length - 1))
        {
            var known = this[slots[at] - 1];
            if (known.Hash == key.Hash && Math.Abs(known.EventMicros - key.EventMicros) <= windowMicros) return false;
        }
        if (Count >> ChunkBits == chunks.Count) chunks.Add(new RowKey[Count == 0 ? 1024 : ChunkKeys]);
        else if (Count == chunks[^1].Length) chunks[^1] = [.. chunks[^1], .. new RowKey[ChunkKeys - Count]];
        chunks[^1][Count & (ChunkKeys - 1)] = key;
        slots[at] = ++Count;
        return true;
    }

    /// <inheritdoc/>
    public IEnumerator<RowKey> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Grow()
    {
        slots = new int[slots.Length * 2];
        for (var i = 0; i < Count; i++)
        {
            var at = SlotOf(this[i].Hash);
            while (slots[at] != 0) at = (at + 1) & (slots.Length - 1);
            slots[at] = i + 1;
        }
    }

    private int SlotOf(UInt128 hash) => (int)(uint)hash & (slots.Length - 1);
}
