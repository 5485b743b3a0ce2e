using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Transforms.Json;

/// <summary>Where a scalar value of a record lies and what the contract wants of it.</summary>
/// <param name="Node">Null for a value that nobody reads.</param>
/// <param name="IsText">Its quotes are not counted.</param>
internal readonly record struct ValuePlace(int Start, int Length, PlanNode? Node, bool IsText);

/// <summary>The bytes of one record between its scalar values: a record with the same ones has the same keys in the same order, so what
/// was proved of the one holds for the other. Used again for one shape after the other.</summary>
internal sealed class RecordShape
{
    /// <summary>Bytes between values that a shape can have; records are matched while so many bytes follow them.</summary>
    public const int MaxBytes = 1024;

    private const int MaxValues = 48;

    private readonly byte[] literals = new byte[MaxBytes + MaxValues * Vector256<byte>.Count];
    private readonly Part[] parts = new Part[MaxValues + 1];
    private readonly List<(PlanNode Parent, byte[] Key)> unknown = [];
    private readonly List<int> absent = [];

    /// <summary>Literals, each with the value behind it; the last one has none. Zero before the first record was taken.</summary>
    public int Parts { get; private set; }

    /// <summary>Records that matched and whose unknown fields are not counted yet.</summary>
    public long Uncounted { get; set; }

    /// <summary>Slots that no value of the shape fills.</summary>
    public ReadOnlySpan<int> Absent => CollectionsMarshal.AsSpan(absent);

    /// <summary>Takes the shape of a record that was read.</summary>
    /// <returns>False when it is too large; the shape matches nothing then.</returns>
    public bool Take(ReadOnlySpan<byte> record, int start, ReadOnlySpan<ValuePlace> values, int slots)
    {
        Parts = 0;
        if (values.Length > MaxValues) return false;
        var (from, to, total) = (0, 0, 0);
        absent.Clear();
        for (var slot = 0; slot < slots; slot++) absent.Add(slot);
        for (var i = 0; i <= values.Length; i++)
        {
            var isLast = i == values.Length;
            var end = isLast ? record.Length : values[i].Start - start;
            if ((total += end - from) > MaxBytes) return false;
            record[from..end].CopyTo(literals.AsSpan(to));
            parts[i] = new(to, end - from, isLast ? null : values[i].Node, !isLast && values[i].IsText);
            to += (end - from + Vector256<byte>.Count - 1) / Vector256<byte>.Count * Vector256<byte>.Count;
            if (isLast) break;
            from = end + values[i].Length;
            if (values[i].Node is not { } node) continue;
            absent.Remove(node.Slot);
            foreach (var slot in node.SlotsBelow) absent.Remove(slot);
        }
        Parts = values.Length + 1;
        return true;
    }

    /// <summary>Matches nothing any more.</summary>
    public void Forget() => Parts = 0;

    /// <summary>Forgets the unknown fields of the shape before.</summary>
    public void ClearUnknown() => unknown.Clear();

    /// <summary>Notes a field that the contract does not name.</summary>
    public void AddUnknown(PlanNode parent, ReadOnlySpan<byte> key) => unknown.Add((parent, key.ToArray()));

    /// <summary>Counts the unknown fields of the records that matched.</summary>
    public void CountUnknown(UnknownFieldCounter counter)
    {
        if (Uncounted != 0)
            foreach (var (parent, key) in unknown) counter.Count(parent.Path, key, Uncounted);
        Uncounted = 0;
    }

    /// <summary>A literal and the value behind it.</summary>
    public ref readonly Part this[int part] => ref parts[part];

    /// <summary>Whether the literal stands at a place of the run.</summary>
    /// <param name="at">At least <see cref="MaxBytes"/> and a vector's length before the end of the run.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsAt(in Part part, ref byte run, int at)
    {
        ref var literal = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(literals), part.Start);
        var left = part.Length;
        for (var i = 0; left > 0; i += Vector256<byte>.Count, left -= Vector256<byte>.Count)
        {
            var equal = Vector256.Equals(Vector256.LoadUnsafe(ref run, (nuint)(at + i)), Vector256.LoadUnsafe(ref literal, (nuint)i));
            var differs = ~equal.ExtractMostSignificantBits();
            if (left < Vector256<byte>.Count) differs <<= Vector256<byte>.Count - left;
            if (differs != 0) return false;
        }
        return true;
    }

    internal readonly record struct Part(int Start, int Length, PlanNode? Node, bool IsText)
    {
        /// <summary>The slot of a text that blocks nothing; -1 for any other value.</summary>
        public int TextSlot { get; } = IsText && Node is { IsParent: false } ? Node.Slot : -1;

        /// <summary>A text nobody reads, or one with a slot of its own.</summary>
        public bool IsPlainText { get; } = IsText && Node is not { IsParent: true };
    }
}
