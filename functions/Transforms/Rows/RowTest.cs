using System.Globalization;
using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Json.Fields;

namespace Pipeline.Transforms.Rows;

/// <summary>One filter's question, asked of a row.</summary>
public abstract class RowTest
{
    private readonly int column;
    private readonly bool dropsNull;

    private RowTest(int column, bool dropsNull) => (this.column, this.dropsNull) = (column, dropsNull);

    /// <summary>Whether the filter drops a row.</summary>
    public bool Drops(RecordBatch batch, int row)
    {
        var values = batch.Columns[column];
        return values.IsNull(row) ? dropsNull : DropsValue(values, row);
    }

    /// <summary>Whether it drops a row that has a value.</summary>
    protected abstract bool DropsValue(Column values, int row);

    /// <summary>Whether a text can stand in a filter of a column's type.</summary>
    public static bool IsValue(ColumnType type, string text) => type.Kind switch
    {
        ColumnKind.String => true,
        ColumnKind.Int64 => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        ColumnKind.Float64 => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number),
        ColumnKind.Decimal => DecimalText.IsPlain(Encoding.UTF8.GetBytes(text))
            && DecimalText.TryParse(Encoding.UTF8.GetBytes(text), type.Precision, type.Scale, out _),
        ColumnKind.Timestamp => TimestampText.Parse(Encoding.UTF8.GetBytes(text), TimeZoneInfo.Utc, out _) is null,
        ColumnKind.Date => TimestampText.ParseDate(Encoding.UTF8.GetBytes(text), out _) is null,
        _ => false,
    };

    /// <summary>The question of a filter of a validated contract.</summary>
    public static RowTest Of(DatasetContract contract, FilterSpec filter)
    {
        var index = contract.IndexOf(filter.Column);
        var type = contract.Columns[index].Type;
        return (filter.Test, type.Kind) switch
        {
            (FilterTest.IsNull, _) => new IsMissing(index),
            (FilterTest.In or FilterTest.NotIn, ColumnKind.String) => new TextIn(index, Texts(filter), filter.Test == FilterTest.In),
            (FilterTest.In or FilterTest.NotIn, _) => new NumberIn(index, [.. filter.Values.Select(Int64)], filter.Test == FilterTest.In),
            (FilterTest.StartsWith, _) => new TextEdge(index, Texts(filter)[0], atStart: true),
            (FilterTest.EndsWith, _) => new TextEdge(index, Texts(filter)[0], atStart: false),
            (_, ColumnKind.Int64) => new Compared<long>(index, Int64(filter.Values[0]), Sign(filter)),
            (_, ColumnKind.Float64) => new Compared<double>(
                index, double.Parse(filter.Values[0], CultureInfo.InvariantCulture), Sign(filter)),
            (_, ColumnKind.Decimal) => new Compared<Int128>(index, Unscaled(filter.Values[0], type), Sign(filter)),
            (_, ColumnKind.Timestamp) => new Compared<long>(index, Micros(filter.Values[0]), Sign(filter)),
            (_, ColumnKind.Date) => new Compared<int>(index, Days(filter.Values[0]), Sign(filter)),
            var other => throw new ArgumentException($"Filter {filter.Name} asks {other.Test} of type {type}.", nameof(filter)),
        };
    }

    private static int Sign(FilterSpec filter) => filter.Test == FilterTest.LessThan ? -1 : 1;

    private static byte[][] Texts(FilterSpec filter) => [.. filter.Values.Select(Encoding.UTF8.GetBytes)];

    private static long Int64(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static Int128 Unscaled(string text, ColumnType type)
    {
        DecimalText.TryParse(Encoding.UTF8.GetBytes(text), type.Precision, type.Scale, out var unscaled);
        return unscaled;
    }

    private static long Micros(string text)
    {
        TimestampText.Parse(Encoding.UTF8.GetBytes(text), TimeZoneInfo.Utc, out var micros);
        return micros;
    }

    private static int Days(string text)
    {
        TimestampText.ParseDate(Encoding.UTF8.GetBytes(text), out var days);
        return days;
    }

    private sealed class IsMissing(int column) : RowTest(column, dropsNull: true)
    {
        protected override bool DropsValue(Column values, int row) => false;
    }

    private sealed class TextIn(int column, byte[][] texts, bool isIn) : RowTest(column, dropsNull: false)
    {
        protected override bool DropsValue(Column values, int row)
        {
            var text = ((TextColumn)values)[row];
            foreach (var one in texts)
                if (text.SequenceEqual(one)) return isIn;
            return !isIn;
        }
    }

    private sealed class TextEdge(int column, byte[] edge, bool atStart) : RowTest(column, dropsNull: false)
    {
        protected override bool DropsValue(Column values, int row)
        {
            var text = ((TextColumn)values)[row];
            return atStart ? text.StartsWith(edge) : text.EndsWith(edge);
        }
    }

    private sealed class NumberIn(int column, long[] numbers, bool isIn) : RowTest(column, dropsNull: false)
    {
        protected override bool DropsValue(Column values, int row) => numbers.Contains(((FixedColumn<long>)values).Values[row]) == isIn;
    }

    private sealed class Compared<T>(int column, T bound, int sign) : RowTest(column, dropsNull: false)
        where T : unmanaged, IComparable<T>
    {
        protected override bool DropsValue(Column values, int row) =>
            Math.Sign(((FixedColumn<T>)values).Values[row].CompareTo(bound)) == sign;
    }
}
