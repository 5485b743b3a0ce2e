using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Pipeline.Parquet.Reading;

/// <summary>A bound of a column chunk as people read it.</summary>
internal static class BoundText
{
    private const long MostMicros = 253_402_300_799_999_999;     // 9999-12-31T23:59:59.999999Z
    private const int EpochDay = 719_162, MostScale = 1_000;

    /// <summary>The text of a bound in PLAIN encoding; null where nobody can tell.</summary>
    public static string? Of(ReadOnlySpan<byte> bytes, SchemaElement leaf) => (leaf.Type, bytes.Length) switch
    {
        (StoredType.Boolean, 1) => bytes[0] == 0 ? "false" : "true",
        (StoredType.Int32, 4) when leaf.Annotation.Meaning == Meaning.Unsigned =>
            Number(BinaryPrimitives.ReadUInt32LittleEndian(bytes), leaf.Annotation),
        (StoredType.Int32, 4) => Number(BinaryPrimitives.ReadInt32LittleEndian(bytes), leaf.Annotation),
        (StoredType.Int64, 8) => Number(BinaryPrimitives.ReadInt64LittleEndian(bytes), leaf.Annotation),
        (StoredType.Float, 4) => BinaryPrimitives.ReadSingleLittleEndian(bytes).ToString("R", CultureInfo.InvariantCulture),
        (StoredType.Double, 8) => BinaryPrimitives.ReadDoubleLittleEndian(bytes).ToString("R", CultureInfo.InvariantCulture),
        (StoredType.ByteArray or StoredType.FixedLenByteArray, _) when leaf.Annotation.Meaning == Meaning.Decimal =>
            Point(new BigInteger(bytes, isUnsigned: false, isBigEndian: true), leaf.Annotation.Scale),
        (StoredType.ByteArray, _) => System.Text.Unicode.Utf8.IsValid(bytes) ? System.Text.Encoding.UTF8.GetString(bytes)
            : Convert.ToHexStringLower(bytes),
        _ => null,
    };

    private static string? Number(long value, Annotation annotation) => annotation.Meaning switch
    {
        Meaning.Date when value is > -EpochDay and < 2_932_897 =>
            DateOnly.FromDayNumber((int)value + EpochDay).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Meaning.Millis when value is > -MostMicros / 1000 and < MostMicros / 1000 => Instant(value * 1000),
        Meaning.Micros => Instant(value),
        Meaning.Nanos => Instant((long)Math.Floor(value / 1000m)),
        Meaning.Decimal => Point(value, annotation.Scale),
        Meaning.Unsigned => ((ulong)value).ToString(CultureInfo.InvariantCulture),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    private static string Instant(long micros) => micros is > MostMicros or < -62_135_596_800_000_000
        ? micros.ToString(CultureInfo.InvariantCulture)
        : DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string? Point(BigInteger unscaled, int scale)
    {
        if (scale is < 0 or > MostScale) return null;
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return unscaled.Sign < 0 ? $"-{text}" : text;
    }
}
