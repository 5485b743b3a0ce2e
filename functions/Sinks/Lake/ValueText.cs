using System.Globalization;
using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;

namespace Pipeline.Sinks.Lake;

/// <summary>Values of the lake as texts for people.</summary>
internal static class ValueText
{
    /// <summary>A type's name: <c>utf8</c>, <c>decimal(18,4)</c>.</summary>
    public static string Of(ParquetType type) =>
        type.Kind == ParquetKind.Decimal ? $"decimal({type.Precision},{type.Scale})" : type.Kind.ToString().ToLowerInvariant();

    /// <summary>A value as a text; null for null.</summary>
    public static string? Of(ParquetType type, Column column, int row)
    {
        if (column.IsNull(row)) return null;
        return column switch
        {
            TextColumn texts => Encoding.UTF8.GetString(texts[row]),
            FixedColumn<Int128> numbers => Decimal(numbers.Values[row], type.Scale),
            FixedColumn<double> numbers => numbers.Values[row].ToString("R", CultureInfo.InvariantCulture),
            FixedColumn<bool> flags => flags.Values[row] ? "true" : "false",
            FixedColumn<int> days => DateTime.UnixEpoch.AddDays(days.Values[row]).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            FixedColumn<long> instants when type.Kind == ParquetKind.Timestamp =>
                DateTime.UnixEpoch.AddMicroseconds(instants.Values[row]).ToString("yyyy-MM-dd HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
            FixedColumn<long> numbers => numbers.Values[row].ToString(CultureInfo.InvariantCulture),
            _ => throw new ArgumentException($"A {column.GetType().Name} is no column of the lake.", nameof(column)),
        };
    }

    private static string Decimal(Int128 unscaled, int scale)
    {
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(Int128.IsNegative(unscaled) ? "-" : "")}{digits[..^scale]}{(scale > 0 ? "." : "")}{digits[^scale..]}";
    }
}
