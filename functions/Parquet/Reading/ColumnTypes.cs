namespace Pipeline.Parquet.Reading;

/// <summary>Which stored types become which column types, none losing anything but nanoseconds.</summary>
/// <remarks>https://github.com/apache/parquet-format/blob/master/LogicalTypes.md</remarks>
internal static class ColumnTypes
{
    /// <summary>What reads a column's values; null when no column type holds them.</summary>
    public static Func<ChunkValues>? Find(SchemaElement node, out ParquetType type)
    {
        type = default;
        if (node.Children > 0 || node.Repetition == Repetition.Repeated) return null;
        if (node.Annotation.Meaning == Meaning.Decimal) return FindDecimal(node, out type);
        (type, var values) = Find(node.Type, node.Annotation.Meaning, node.Width);
        return values;
    }

    /// <summary>Why <see cref="Find(SchemaElement, out ParquetType)"/> found nothing.</summary>
    public static string WhyRefused(SchemaElement node)
    {
        if (node.Children > 0 || node.Repetition == Repetition.Repeated)
            return "It is nested or repeated; write its values as columns of their own.";
        var (type, annotation) = (node.Type, node.Annotation);
        return annotation.Meaning switch
        {
            Meaning.LocalTime => "It holds times without a zone; write them as UTC (isAdjustedToUTC = true).",
            Meaning.Decimal => $"Its type, {type} of decimal({annotation.Precision},{annotation.Scale}), is not one of 1 to 38 digits; "
                + "write it as such.",
            _ => $"Its type, {type?.ToString() ?? "none"} with {annotation.Word}, has no counterpart here; "
                + "write it as text, number, decimal, timestamp, date or boolean.",
        };
    }

    private static (ParquetType Type, Func<ChunkValues>? Values) Find(StoredType? stored, Meaning meaning, int width) =>
        (stored, meaning) switch
        {
            (StoredType.Boolean, Meaning.None) => (ParquetType.Bool, () => new FlagValues()),
            (StoredType.Int32, Meaning.None or Meaning.Signed) => (ParquetType.Int64, Numbers<int, long, SignedToInt64>),
            (StoredType.Int32, Meaning.Unsigned) => (ParquetType.Int64, Numbers<int, long, UnsignedToInt64>),
            (StoredType.Int32, Meaning.Date) => (ParquetType.Date, Numbers<int, int, Same<int>>),
            (StoredType.Int64, Meaning.None or Meaning.Signed) => (ParquetType.Int64, Numbers<long, long, Same<long>>),
            (StoredType.Int64, Meaning.Unsigned) => (ParquetType.Decimal(20, 0), Numbers<long, Int128, UnsignedToDecimal>),
            (StoredType.Int64, Meaning.Millis) => (ParquetType.Timestamp, Numbers<long, long, MillisToMicros>),
            (StoredType.Int64, Meaning.Micros) => (ParquetType.Timestamp, Numbers<long, long, Same<long>>),
            (StoredType.Int64, Meaning.Nanos) => (ParquetType.Timestamp, Numbers<long, long, NanosToMicros>),
            (StoredType.Int96, Meaning.None) => (ParquetType.Timestamp, Numbers<Int96, long, Int96ToMicros>),
            (StoredType.Float, Meaning.None) => (ParquetType.Float64, Numbers<float, double, FloatToDouble>),
            (StoredType.Double, Meaning.None) => (ParquetType.Float64, Numbers<double, double, Same<double>>),
            (StoredType.FixedLenByteArray, Meaning.Float16) when width == 2 => (ParquetType.Float64, Numbers<Half, double, HalfToDouble>),
            (StoredType.ByteArray, Meaning.None or Meaning.Text) => (ParquetType.Utf8, () => new TextValues()),
            (StoredType.ByteArray, Meaning.Json) => (ParquetType.Json, () => new TextValues()),
            _ => (default, null),
        };

    private static Func<ChunkValues>? FindDecimal(SchemaElement node, out ParquetType type)
    {
        type = default;
        var (precision, scale, width) = (node.Annotation.Precision, node.Annotation.Scale, node.Width);
        if (precision is < 1 or > 38 || scale < 0 || scale > precision) return null;
        type = ParquetType.Decimal(precision, scale);
        var limit = type.DecimalLimit;
        return node.Type switch
        {
            StoredType.Int32 => () => new NumberValues<int, Int128, Int32ToDecimal>(new(limit)),
            StoredType.Int64 => () => new NumberValues<long, Int128, Int64ToDecimal>(new(limit)),
            StoredType.ByteArray => () => new DecimalValues(0, limit),
            StoredType.FixedLenByteArray when width > 0 => () => new DecimalValues(width, limit),
            _ => null,
        };
    }

    private static ChunkValues Numbers<TStored, TValue, TConversion>()
        where TStored : unmanaged
        where TValue : unmanaged
        where TConversion : struct, IConversion<TStored, TValue> => new NumberValues<TStored, TValue, TConversion>(default);
}
