using System.Runtime.InteropServices;

namespace Pipeline.Transforms.Json;

/// <summary>Where a scalar value of a record lies and what the contract wants of it.</summary>
/// <param name="Node">Null for a value that nobody reads.</param>
/// <param name="IsText">Its quotes are not counted.</param>
internal readonly record struct ValuePlace(int Start, int Length, PlanNode? Node, bool IsText);

/// <summary>The bytes of one record between its scalar values: a record with the same ones has the same keys in the same order, so what
/// was proved of the one holds for the other. Used again for one shape after the other.</summary>
internal sealed class RecordShape
{
    /// <summary>Bytes between values that a shape can have.</summary>
    public const int MaxBytes = 1024;

    private const int MaxValues = 48;
    private const int MaxParts = MaxValues + 1 + MaxBytes / ShapePart.MaxBytes;

    private readonly byte[] literals = new byte[MaxParts * ShapePart.MaxBytes];
    private readonly ShapePart[] parts = new ShapePart[MaxParts];
    private readonly List<(PlanNode Parent, byte[] Key)> unknown = [];
    private readonly List<int> absent = [];
    private int used;

    /// <summary>Whether it matches nothing: before the first record was taken.</summary>
    public bool IsEmpty => used == 0;

    /// <summary>Records that matched and whose unknown fields are not counted yet.</summary>
    public long Uncounted { get; set; }

    /// <summary>Slots that no value of the shape fills.</summary>
    public ReadOnlySpan<int> Absent => CollectionsMarshal.AsSpan(absent);

    /// <summary>Pieces of literals, some with a value behind.</summary>
    public ReadOnlySpan<ShapePart> Parts => parts.AsSpan(0, used);

    /// <summary>The first part's literal; the others' follow, each 32 bytes behind the one before.</summary>
    public ref byte Literals => ref MemoryMarshal.GetArrayDataReference(literals);

    /// <summary>Takes the shape of a record that was read.</summary>
    /// <param name="slots">Slots of the plan; a text that nobody reads goes into the one behind them.</param>
    /// <returns>False when it is too large; the shape matches nothing then.</returns>
    public bool Take(ReadOnlySpan<byte> record, int start, ReadOnlySpan<ValuePlace> values, int slots)
    {
        used = 0;
        if (values.Length > MaxValues || record.Length - TotalBytes(values) > MaxBytes) return false;
        absent.Clear();
        for (var slot = 0; slot < slots; slot++) absent.Add(slot);
        var (from, count) = (0, 0);
        foreach (ref readonly var value in values)
        {
            var end = value.Start - start;
            count = AddLiteral(record[from..end], count);
            parts[count - 1] = parts[count - 1].Before(value, slots);
            from = end + value.Length;
            if (value.Node is not { } node) continue;
            absent.Remove(node.Slot);
            foreach (var slot in node.SlotsBelow) absent.Remove(slot);
        }
        used = AddLiteral(record[from..], count);
        return true;
    }

    /// <summary>Matches nothing any more.</summary>
    public void Forget() => used = 0;

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

    private static int TotalBytes(ReadOnlySpan<ValuePlace> values)
    {
        var total = 0;
        foreach (ref readonly var value in values) total += value.Length;
        return total;
    }

    private int AddLiteral(ReadOnlySpan<byte> literal, int count)
    {
        do
        {
            var piece = literal[..Math.Min(literal.Length, ShapePart.MaxBytes)];
            piece.CopyTo(literals.AsSpan(count * ShapePart.MaxBytes));
            parts[count++] = new(piece.Length, (uint)((1UL << piece.Length) - 1), ShapePart.NoValue, null, false);
            literal = literal[piece.Length..];
        }
        while (!literal.IsEmpty);
        return count;
    }
}
