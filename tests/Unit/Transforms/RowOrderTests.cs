using System.Text;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Lake;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class RowOrderTests
{
    [Fact]
    public void Rows_are_ordered_as_a_stable_sort_with_nulls_last_orders_them()
    {
        const int seed = 11;
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var rows = random.Next(0, 80);
            Column[] columns = [new FixedColumn<long>(), new Utf8Column(), new FixedColumn<double>(), new FixedColumn<int>(), new FixedColumn<bool>(), new FixedColumn<Int128>()];
            for (var row = 0; row < rows; row++)
                foreach (var column in columns) Append(column, random);
            int[] sortBy = [.. Enumerable.Range(0, columns.Length).OrderBy(_ => random.Next()).Take(random.Next(1, 4))];

            var sorted = Enumerable.Range(0, rows).OrderBy(row => 0);
            foreach (var index in sortBy) sorted = sorted.ThenBy(row => columns[index].IsNull(row)).ThenBy(row => ValueOf(columns[index], row));
            var expected = sorted.ToArray();
            var order = new RowOrder().Of(columns, sortBy).ToArray();
            Assert.Equal(expected, order.Length == 0 ? Enumerable.Range(0, rows) : order);
        }
    }

    [Fact]
    public void Rows_that_are_in_order_are_left_alone()
    {
        var column = new FixedColumn<long>();
        foreach (var value in (long[])[-5, -5, 0, 9]) column.Append(value);
        column.AppendNull();
        Assert.Equal(0, new RowOrder().Of([column], [0]).Length);
    }

    private static void Append(Column column, Random random)
    {
        if (random.Next(6) == 0) { column.AppendNull(); return; }
        switch (column)
        {
            case FixedColumn<long> numbers: numbers.Append(random.Next(3) == 0 ? long.MaxValue : random.NextInt64(-300, 300)); break;
            case FixedColumn<int> days: days.Append(random.Next(-3, 3)); break;
            case FixedColumn<double> doubles: doubles.Append(random.Next(-3, 3) / 2.0); break;
            case FixedColumn<bool> flags: flags.Append(random.Next(2) == 0); break;
            case FixedColumn<Int128> decimals: decimals.Append(random.Next(-3, 3) * (Int128)1e30); break;
            case Utf8Column text: text.Append(Encoding.UTF8.GetBytes(new string((char)('a' + random.Next(3)), random.Next(3)))); break;
        }
    }

    private static IComparable ValueOf(Column column, int row) => column switch
    {
        FixedColumn<long> numbers => numbers.Values[row],
        FixedColumn<int> days => days.Values[row],
        FixedColumn<double> doubles => doubles.Values[row],
        FixedColumn<bool> flags => flags.Values[row],
        FixedColumn<Int128> decimals => decimals.Values[row],
        Utf8Column text => new Ordinal(Encoding.UTF8.GetString(text[row])),
        _ => throw new ArgumentException(column.GetType().Name),
    };

    private sealed record Ordinal(string Text) : IComparable
    {
        public int CompareTo(object? other) => string.CompareOrdinal(Text, ((Ordinal)other!).Text);
    }
}
