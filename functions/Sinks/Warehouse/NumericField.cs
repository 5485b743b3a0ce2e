using System.Buffers.Binary;
using Pipeline.Parquet.Columns;

namespace Pipeline.Sinks.Warehouse;

/// <summary>numeric: four int16 (digits, weight, sign, display scale), then base-10000 digits, most significant first.</summary>
/// <param name="scale">Decimal digits after the point of the unscaled values.</param>
internal sealed class NumericField(FixedColumn<Int128> column, int scale) : CopyField(column)
{
    private const int MaxDigits = 11;   // 38 decimal digits, cut at the point: at most ten full groups and one shared
    private const int HeaderBytes = 4 * sizeof(short);
    private const ushort Negative = 0x4000;

    private readonly int fractionGroups = (scale + 3) / 4;
    private readonly int partialDigits = scale % 4;

    public override int MaxBytes(int row) => sizeof(int) + HeaderBytes + MaxDigits * sizeof(short);

    protected override int WriteValue(int row, Span<byte> target)
    {
        var value = column.Values[row];
        var magnitude = value < 0 ? (UInt128)(-(value + 1)) + 1 : (UInt128)value;   // -Int128.MinValue does not exist

        Span<short> groups = stackalloc short[MaxDigits];
        var start = Split(magnitude, groups);
        var count = MaxDigits - start;
        BinaryPrimitives.WriteInt16BigEndian(target, (short)count);
        BinaryPrimitives.WriteInt16BigEndian(target[2..], (short)(count - fractionGroups - 1));
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], value < 0 ? Negative : (ushort)0);
        BinaryPrimitives.WriteInt16BigEndian(target[6..], (short)scale);
        for (var i = 0; i < count; i++) BinaryPrimitives.WriteInt16BigEndian(target[(HeaderBytes + i * sizeof(short))..], groups[start + i]);
        return HeaderBytes + count * sizeof(short);
    }

    // Fills the groups from the end and returns where they start. The last group before the end holds the odd digits of the scale.
    private int Split(UInt128 magnitude, Span<short> groups)
    {
        var start = groups.Length;
        if (partialDigits > 0 && magnitude > 0)
        {
            var (unit, factor) = partialDigits switch { 1 => (10u, 1000), 2 => (100u, 100), _ => (1000u, 10) };
            (magnitude, var rest) = UInt128.DivRem(magnitude, unit);
            groups[--start] = (short)((int)rest * factor);
        }
        while (magnitude > ulong.MaxValue)
        {
            (magnitude, var rest) = UInt128.DivRem(magnitude, 10_000);
            groups[--start] = (short)rest;
        }
        for (var small = (ulong)magnitude; small > 0; small /= 10_000) groups[--start] = (short)(small % 10_000);
        return start;
    }
}
