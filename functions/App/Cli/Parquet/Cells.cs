using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;

namespace Pipeline.App.Cli.Parquet;

/// <summary>Values of columns as JSON: numbers as numbers, times and days as ISO 8601, JSON columns as their text.</summary>
internal static class Cells
{
    private const int EpochDay = 719_162;

    /// <summary>A row's value; null for a null.</summary>
    public static JsonNode? Of(ParquetType type, Column column, int row)
    {
        if (column.IsNull(row)) return null;
        return column switch
        {
            TextColumn texts => JsonValue.Create(Encoding.UTF8.GetString(texts[row])),
            FixedColumn<bool> flags => JsonValue.Create(flags.Values[row]),
            FixedColumn<double> numbers => double.IsFinite(numbers.Values[row]) ? JsonValue.Create(numbers.Values[row])
                : JsonValue.Create(numbers.Values[row].ToString(CultureInfo.InvariantCulture)),
            FixedColumn<Int128> decimals => JsonNode.Parse(Decimal(decimals.Values[row], type.Scale)),
            FixedColumn<int> days => JsonValue.Create(Day(days.Values[row])),
            FixedColumn<long> instants when type.Kind == ParquetKind.Timestamp => JsonValue.Create(Instant(instants.Values[row])),
            FixedColumn<long> integers => JsonValue.Create(integers.Values[row]),
            _ => throw new ArgumentException($"A {column.GetType().Name} has no form as JSON.", nameof(column)),
        };
    }

    private static string Decimal(Int128 unscaled, int scale)
    {
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled < 0 ? "-" : "")}{(scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}")}";
    }

    // What lies outside of the calendar is shown as the number it is.
    private static string Day(int days) => days + (long)EpochDay is >= 0 and <= 3_652_058
        ? DateOnly.FromDayNumber(days + EpochDay).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : days.ToString(CultureInfo.InvariantCulture);

    private static string Instant(long micros) => micros is >= -62_135_596_800_000_000 and <= 253_402_300_799_999_999
        ? DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
        : micros.ToString(CultureInfo.InvariantCulture);
}
