using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet.Encoding;

/// <summary>Distinct numbers, numbered from 0 in the order they were first seen.</summary>
/// <remarks>Open addressing with linear probing, at most half full; clearing costs what was used, not what was ever reserved.</remarks>
internal sealed class FixedDictionary<T> where T : unmanaged, IEquatable<T>
{
    private const int InitialSlots = 256;

    private T[] values = [];
    private Slot[] slots = new Slot[InitialSlots];
    private Slot[] spareSlots = [];
    private int mask = InitialSlots - 1;

    /// <summary>Distinct values in it.</summary>
    public int Count { get; private set; }

    /// <summary>The values by their numbers.</summary>
    public ReadOnlySpan<T> Values => values.AsSpan(0, Count);

    /// <summary>The number of a value, which is new when the value is.</summary>
    public int Intern(T value)
    {
        var at = (int)SeededHash.Of(value) & mask;
        while (true)
        {
            ref readonly var slot = ref slots[at];
            if (slot.IdPlusOne == 0) return Add(value, at);
            if (slot.Value.Equals(value)) return slot.IdPlusOne - 1;
            at = (at + 1) & mask;
        }
    }

    /// <summary>Forgets all values and keeps the memory.</summary>
    public void Clear()
    {
        Count = 0;
        mask = InitialSlots - 1;
        Array.Clear(slots, 0, InitialSlots);
    }

    private int Add(T value, int at)
    {
        if (Count == values.Length) Array.Resize(ref values, Math.Max(64, values.Length * 2));
        values[Count] = value;
        slots[at] = new Slot(value, ++Count);
        if (Count * 2L > mask) Grow();
        return Count - 1;
    }

    // Two arrays take turns, so that a dictionary cleared and filled again allocates nothing.
    private void Grow()
    {
        mask = (mask + 1) * 4 - 1;
        (slots, spareSlots) = (spareSlots, slots);
        if (slots.Length <= mask) slots = new Slot[mask + 1];
        else Array.Clear(slots, 0, mask + 1);
        for (var id = 0; id < Count; id++)
        {
            var at = (int)SeededHash.Of(values[id]) & mask;
            while (slots[at].IdPlusOne != 0) at = (at + 1) & mask;
            slots[at] = new Slot(values[id], id + 1);
        }
    }

    private readonly record struct Slot(T Value, int IdPlusOne);
}
