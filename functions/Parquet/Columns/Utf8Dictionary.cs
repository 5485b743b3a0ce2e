using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Parquet.Columns;

/// <summary>Distinct UTF-8 texts, numbered from 0 in the order they were first seen. Not for two threads at once.</summary>
/// <remarks>
/// Open addressing with linear probing, at most half full. The hash is seeded at random once a run, so that nobody can send texts that
/// collide; numbers depend on the texts' order only. Clearing costs what was used, not what was ever reserved.
/// </remarks>
public sealed class Utf8Dictionary
{
    private const int InitialSlots = 256;
    private byte[] bytes = [];
    private int[] ends = [];
    private Slot[] slots = new Slot[InitialSlots];
    private Slot[] spareSlots = [];
    private int mask = InitialSlots - 1;

    /// <summary>Distinct texts in it.</summary>
    public int Count { get; private set; }

    /// <summary>All texts' bytes, one behind the other by their numbers.</summary>
    public ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, Count == 0 ? 0 : ends[Count - 1]);

    /// <summary>Where each text ends in <see cref="Bytes"/>; it begins where the one before ends.</summary>
    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    /// <summary>The text of a number.</summary>
    public ReadOnlySpan<byte> this[int id]
    {
        get
        {
            var start = id == 0 ? 0 : ends[id - 1];
            return bytes.AsSpan(start, ends[id] - start);
        }
    }

    /// <summary>The number of a text, which is new when the text is.</summary>
    /// <param name="utf8">The caller has made sure that it is UTF-8.</param>
    public int Intern(ReadOnlySpan<byte> utf8)
    {
        var (head, tail) = EndsOf(utf8);
        var at = (int)SeededHash.Of(utf8) & mask;
        while (true)
        {
            ref readonly var slot = ref slots[at];
            if (slot.IdPlusOne == 0) return Add(utf8, new(head, tail, utf8.Length, 0), at);
            if (slot.Head == head && slot.Tail == tail && slot.Length == utf8.Length
                && (utf8.Length <= 16 || this[slot.IdPlusOne - 1].SequenceEqual(utf8))) return slot.IdPlusOne - 1;
            at = (at + 1) & mask;
        }
    }

    /// <summary>Forgets all texts and keeps the memory. Only when no column refers to a number of it any more.</summary>
    public void Clear()
    {
        Count = 0;
        mask = InitialSlots - 1;
        Array.Clear(slots, 0, InitialSlots);
    }

    private int Add(ReadOnlySpan<byte> utf8, Slot slot, int at)
    {
        var start = Count == 0 ? 0 : ends[Count - 1];
        if (Count == ends.Length) Array.Resize(ref ends, Math.Max(64, ends.Length * 2));
        if (bytes.Length - start < utf8.Length)
        {
            var doubled = (int)Math.Min(Array.MaxLength, bytes.Length * 2L);
            Array.Resize(ref bytes, Math.Max(Math.Max(1024, doubled), checked(start + utf8.Length)));
        }

        utf8.CopyTo(bytes.AsSpan(start));
        ends[Count] = start + utf8.Length;
        slots[at] = slot with { IdPlusOne = ++Count };
        if (Count * 2L > mask) Grow();
        return Count - 1;
    }

    // Two arrays take turns, so that a dictionary cleared and filled again allocates nothing.
    private void Grow()
    {
        var old = slots.AsSpan(0, mask + 1);
        mask = (mask + 1) * 4 - 1;
        (slots, spareSlots) = (spareSlots, slots);
        if (slots.Length <= mask) slots = new Slot[mask + 1];
        else Array.Clear(slots, 0, mask + 1);
        foreach (var slot in old)
        {
            if (slot.IdPlusOne == 0) continue;
            var at = (int)SeededHash.Of(this[slot.IdPlusOne - 1]) & mask;
            while (slots[at].IdPlusOne != 0) at = (at + 1) & mask;
            slots[at] = slot;
        }
    }

    /// <summary>The first and the last eight bytes; with the length they are the whole of a text of up to 16 bytes.</summary>
    private static (ulong Head, ulong Tail) EndsOf(ReadOnlySpan<byte> utf8)
    {
        ref var first = ref MemoryMarshal.GetReference(utf8);
        var n = utf8.Length;
        if (n >= 8) return (Unsafe.ReadUnaligned<ulong>(ref first), Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, n - 8)));
        if (n >= 4) return (Unsafe.ReadUnaligned<uint>(ref first), Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref first, n - 4)));
        return n == 0 ? default : (first, (uint)Unsafe.Add(ref first, n >> 1) << 8 | Unsafe.Add(ref first, n - 1));
    }

    /// <summary>One place of the table: enough to tell a short text without a look at its bytes.</summary>
    private readonly record struct Slot(ulong Head, ulong Tail, int Length, int IdPlusOne);
}
