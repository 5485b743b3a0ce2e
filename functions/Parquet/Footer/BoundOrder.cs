using System.Buffers.Binary;

namespace Pipeline.Parquet.Footer;

/// <summary>The order the format defines for values laid out as bounds (TYPE_ORDER).</summary>
internal static class BoundOrder
{
    /// <summary>Negative where the first is less, positive where it is greater.</summary>
    public static int Compare(PhysicalType type, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => type switch
    {
        PhysicalType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(a).CompareTo(BinaryPrimitives.ReadInt32LittleEndian(b)),
        PhysicalType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(a).CompareTo(BinaryPrimitives.ReadInt64LittleEndian(b)),
        PhysicalType.Double => BinaryPrimitives.ReadDoubleLittleEndian(a).CompareTo(BinaryPrimitives.ReadDoubleLittleEndian(b)),
        // Two's complement: by the sign, then as unsigned bytes.
        PhysicalType.FixedLenByteArray when (sbyte)a[0] < 0 != (sbyte)b[0] < 0 => (sbyte)a[0] < 0 ? -1 : 1,
        _ => a.SequenceCompareTo(b),
    };
}
