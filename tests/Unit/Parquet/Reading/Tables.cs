using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Reading;

namespace Pipeline.Tests.Unit.Parquet.Reading;

/// <summary>Files of random rows, and their rows as texts to compare.</summary>
internal static class Tables
{
    /// <summary>Every type a file can hold; decimals in each of their layouts.</summary>
    public static readonly ParquetType[] Types =
    [
        ParquetType.Utf8, ParquetType.Json, ParquetType.Int64, ParquetType.Float64, ParquetType.Bool, ParquetType.Timestamp,
        ParquetType.Date, ParquetType.Decimal(9, 2), ParquetType.Decimal(18, 18), ParquetType.Decimal(25, 0), ParquetType.Decimal(38, 10),
    ];

    /// <param name="nullShare">0 to 1.</param>
    /// <param name="distinct">Distinct values to draw from; few of them get a dictionary.</param>
    public static Column Create(ParquetType type, Random random, int rows, double nullShare, int distinct)
    {
        var column = ParquetReader.NewColumn(new("", type, true));
        while (column.Count < rows)
        {
            if (random.NextDouble() < nullShare) column.AppendNull();
            else Append(column, type, new Random(random.Next(distinct)));
        }

        return column;
    }

    public static byte[] Write(
        IReadOnlyList<ParquetField> fields, IEnumerable<IReadOnlyList<Column>> rowGroups, ParquetOptions? options = null,
        IReadOnlyList<KeyValuePair<string, string>>? metadata = null)
    {
        var stream = new MemoryStream();
        using var encoder = new ColumnEncoder(options);
        var writer = new ParquetWriter(stream, fields, encoder, metadata);
        foreach (var columns in rowGroups) writer.WriteRowGroup(columns);
        writer.Finish();
        return stream.ToArray();
    }

    /// <summary>All rows of a file, some at a time.</summary>
    public static List<string> Read(byte[] file, int rowsAtOnce, params string[] names)
    {
        var reader = new ParquetReader(new MemoryStream(file));
        var rows = new List<string>();
        for (var group = 0; group < reader.RowGroupRows.Count; group++)
        {
            using var rowGroup = reader.OpenRowGroup(group, names.Length == 0 ? null : names);
            var columns = rowGroup.NewColumns();
            while (rowGroup.Read(columns, rowsAtOnce) > 0)
            {
                rows.AddRange(Rows(columns));
                foreach (var column in columns) column.Clear();
            }
        }

        return rows;
    }

    /// <summary>Rows as texts.</summary>
    public static IEnumerable<string> Rows(IReadOnlyList<Column> columns) =>
        Enumerable.Range(0, columns[0].Count).Select(row => string.Join('|', columns.Select(column => Text(column, row))));

    private static string Text(Column column, int row) => column.IsNull(row) ? "null" : column switch
    {
        Utf8Column texts => Encoding.UTF8.GetString(texts[row]),
        FixedColumn<long> numbers => $"{numbers.Values[row]}",
        FixedColumn<int> days => $"{days.Values[row]}",
        FixedColumn<bool> flags => $"{flags.Values[row]}",
        FixedColumn<double> numbers => $"{BitConverter.DoubleToUInt64Bits(numbers.Values[row]):x}",
        FixedColumn<Int128> decimals => $"{decimals.Values[row]}",
        _ => throw new ArgumentException(column.GetType().Name),
    };

    private static void Append(Column column, ParquetType type, Random value)
    {
        switch (column)
        {
            case Utf8Column texts: texts.Append(Encoding.UTF8.GetBytes(new string('é', value.Next(9)) + value.Next())); break;
            case FixedColumn<long> numbers: numbers.Append(value.NextInt64(long.MinValue, long.MaxValue)); break;
            case FixedColumn<int> days: days.Append(value.Next(int.MinValue, int.MaxValue)); break;
            case FixedColumn<bool> flags: flags.Append(value.Next(2) == 0); break;
            case FixedColumn<double> numbers: numbers.Append(value.Next(9) == 0 ? double.NaN : value.NextDouble() - 0.5); break;
            case FixedColumn<Int128> decimals: decimals.Append(Digits(type.Precision, value)); break;
        }
    }

    private static Int128 Digits(int precision, Random value)
    {
        Int128 number = 0;
        for (var digit = value.Next(precision); digit >= 0; digit--) number = number * 10 + value.Next(10);
        return value.Next(2) == 0 ? number : -number;
    }
}
