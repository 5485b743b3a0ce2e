using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

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
    public int Intern(ReadOnlySpan<byte> utf8) =>
        utf8.Length <= ShortText.MaxBytes ? InternShort(ShortText.Load(utf8), utf8) : InternLong(utf8);

    /// <summary>The numbers of texts that lie in one run of bytes.</summary>
    /// <param name="run">The caller has made sure that the texts are UTF-8.</param>
    /// <param name="ids">Takes the numbers; as long as <paramref name="places"/>.</param>
    public void Intern(ReadOnlySpan<byte> run, ReadOnlySpan<TextPlace> places, Span<int> ids)
    {
        ids = ids[..places.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            var (start, length) = places[i];
            var text = run.Slice(start, length);
            // A short text is read as 32 bytes where the run has so many: what lies behind it is masked out.
            ids[i] = length <= ShortText.MaxBytes && start <= run.Length - ShortText.MaxBytes
                ? InternShort(ShortText.Load(ref MemoryMarshal.GetReference(text), length), text)
                : Intern(text);
        }
    }

    /// <summary>The number of a text; -1 when it was never interned.</summary>
    public int Find(ReadOnlySpan<byte> utf8)
    {
        var isShort = utf8.Length <= ShortText.MaxBytes;
        var hash = isShort ? SeededHash.Of(ShortText.Load(utf8), utf8.Length) : SeededHash.Of(utf8);
        for (var at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            var slot = slots[at];
            if (slot.IdPlusOne == 0) return -1;
            if (slot.Hash == hash && this[slot.IdPlusOne - 1].SequenceEqual(utf8)) return slot.IdPlusOne - 1;
        }
    }

    /// <summary>Forgets all texts and keeps the memory. Only when no column refers to a number of it any more.</summary>
    public void Clear()
    {
        Count = 0;
        mask = InitialSlots - 1;
        Array.Clear(slots, 0, InitialSlots);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int InternShort(Vector256<byte> text, ReadOnlySpan<byte> utf8)
    {
        var hash = SeededHash.Of(text, utf8.Length);
        for (var at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            var slot = slots[at];
            if (slot.IdPlusOne == 0) return Add(utf8, hash, at);
            if (slot.Hash == hash && IsShort(slot.IdPlusOne - 1, text, utf8.Length)) return slot.IdPlusOne - 1;
        }
    }

    private int InternLong(ReadOnlySpan<byte> utf8)
    {
        var hash = SeededHash.Of(utf8);
        for (var at = (int)hash & mask; ; at = (at + 1) & mask)
        {
            var slot = slots[at];
            if (slot.IdPlusOne == 0) return Add(utf8, hash, at);
            if (slot.Hash == hash && this[slot.IdPlusOne - 1].SequenceEqual(utf8)) return slot.IdPlusOne - 1;
        }
    }

    /// <summary>Whether a number's text is this one; <see cref="Add"/> keeps 32 readable bytes behind every text's start.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsShort(int id, Vector256<byte> text, int length)
    {
        var start = id == 0 ? 0 : ends[id - 1];
        if (ends[id] - start != length) return false;
        return ShortText.Load(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(bytes), start), length) == text;
    }

    private int Add(ReadOnlySpan<byte> utf8, uint hash, int at)
    {
        var start = Count == 0 ? 0 : ends[Count - 1];
        if (Count == ends.Length) Array.Resize(ref ends, Math.Max(64, ends.Length * 2));
        var wanted = checked(start + utf8.Length + ShortText.MaxBytes);
        if (bytes.Length < wanted)
            Array.Resize(ref bytes, Math.Max(Math.Max(1024, (int)Math.Min(Array.MaxLength, bytes.Length * 2L)), wanted));

        utf8.CopyTo(bytes.AsSpan(start));
        ends[Count] = start + utf8.Length;
        slots[at] = new(hash, ++Count);
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
            var at = (int)slot.Hash & mask;
            while (slots[at].IdPlusOne != 0) at = (at + 1) & mask;
            slots[at] = slot;
        }
    }

    /// <summary>One place of the table: small, so that the table of a few thousand texts stays near the processor.</summary>
    private readonly record struct Slot(uint Hash, int IdPlusOne);
}
