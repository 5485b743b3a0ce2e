using System.Globalization;
using Pipeline.Parquet.Columns;

namespace Pipeline.Tests.Bench;

/// <summary>What two programs that read the same rows must agree on: one sum for each column.</summary>
/// <remarks>Bytes of texts; numbers, timestamps (microseconds), dates (days) and unscaled decimals as they are; flags and doubles as whole
/// numbers.</remarks>
internal static class ColumnSums
{
    /// <summary>Adds the columns' rows to the sums, one for each column.</summary>
    public static void Add(IReadOnlyList<Column> columns, Int128[] sums)
    {
        for (var i = 0; i < columns.Count; i++)
            for (var row = 0; row < columns[i].Count; row++)
                if (!columns[i].IsNull(row)) sums[i] += ValueOf(columns[i], row);
    }

    /// <summary>As <see cref="DuckDb.Sums"/> writes them.</summary>
    public static string Text(Int128[] sums) => string.Join(' ', sums.Select(sum => sum.ToString(CultureInfo.InvariantCulture)));

    private static Int128 ValueOf(Column column, int row) => column switch
    {
        TextColumn texts => texts[row].Length,
        FixedColumn<long> numbers => numbers.Values[row],
        FixedColumn<int> days => days.Values[row],
        FixedColumn<bool> flags => flags.Values[row] ? 1 : 0,
        FixedColumn<double> reals => (Int128)Math.Floor(reals.Values[row] * 1e6),
        FixedColumn<Int128> decimals => decimals.Values[row],
        _ => throw new ArgumentException($"No sum of a {column.GetType().Name}."),
    };
}
