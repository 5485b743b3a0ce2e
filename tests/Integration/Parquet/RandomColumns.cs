using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;

namespace Pipeline.Tests.Integration.Parquet;

/// <summary>How many rows of a column are null.</summary>
public enum Nulls
{
    None,
    Some,
    All,
}

/// <summary>Columns of random values, by a seed.</summary>
public sealed class RandomColumns(int seed)
{
    private static readonly string[] Pieces =
    [
        "", "a", "Zürich", "日本語", "😀", "\"quoted\"", "a\\b", "line\nend", "\u0001", "~", "ÿ", new('x', 200),
    ];

    private readonly Random random = new(seed);
    private readonly Utf8Dictionary shared = new();

    /// <summary>Every type a file can hold; decimals in each of their three layouts.</summary>
    public static IReadOnlyList<ParquetType> Types { get; } =
    [
        ParquetType.Utf8, ParquetType.Json, ParquetType.Int64, ParquetType.Float64, ParquetType.Bool, ParquetType.Timestamp,
        ParquetType.Date,
        ParquetType.Decimal(9, 2), ParquetType.Decimal(18, 18), ParquetType.Decimal(25, 0), ParquetType.Decimal(38, 10),
    ];

    /// <param name="distinct">Distinct values to draw from; 0 for a new value in every row.</param>
    /// <param name="asDictionary">Texts as numbers of a dictionary that other columns use too.</param>
    public Column Create(ParquetType type, int rows, Nulls nulls, int distinct, bool asDictionary = false)
    {
        var seeds = Enumerable.Range(0, distinct).Select(_ => random.Next()).ToArray();
        Column column = type.Kind switch
        {
            ParquetKind.Utf8 or ParquetKind.Json => asDictionary ? new Utf8DictionaryColumn(shared) : new Utf8Column(),
            ParquetKind.Int64 or ParquetKind.Timestamp => new FixedColumn<long>(),
            ParquetKind.Float64 => new FixedColumn<double>(),
            ParquetKind.Bool => new FixedColumn<bool>(),
            ParquetKind.Date => new FixedColumn<int>(),
            _ => new FixedColumn<Int128>(),
        };
        var run = 0;
        var isNull = false;
        for (var row = 0; row < rows; row++)
        {
            // Nulls and values come alone and in runs, as both have their own encoding.
            if (run-- == 0) (run, isNull) = (random.Next(3) == 0 ? random.Next(200) : 0, random.Next(2) == 0);
            if (nulls == Nulls.All || (nulls == Nulls.Some && isNull)) column.AppendNull();
            else Append(column, type, new Random(distinct == 0 ? random.Next() : seeds[random.Next(distinct)]));
        }

        return column;
    }

    private static void Append(Column column, ParquetType type, Random value)
    {
        switch (column)
        {
            case Utf8Column texts: texts.Append(Text(type, value)); break;
            case Utf8DictionaryColumn texts: texts.Append(Text(type, value)); break;
            case FixedColumn<long> numbers: numbers.Append(Integer(type, value)); break;
            case FixedColumn<double> numbers: numbers.Append(Double(value)); break;
            case FixedColumn<bool> flags: flags.Append(value.Next(2) == 0); break;
            case FixedColumn<int> days: days.Append(value.Next(-719162, 2932897)); break;
            case FixedColumn<Int128> decimals: decimals.Append(Decimal(type.Precision, value)); break;
        }
    }

    private static byte[] Text(ParquetType type, Random value)
    {
        var text = string.Concat(Enumerable.Range(0, value.Next(4)).Select(_ => Pieces[value.Next(Pieces.Length)])) + value.Next(1000);
        return Encoding.UTF8.GetBytes(type.Kind == ParquetKind.Json ? System.Text.Json.JsonSerializer.Serialize(text) : text);
    }

    private static long Integer(ParquetType type, Random value) => type.Kind == ParquetKind.Timestamp
        ? value.NextInt64(-62135596800000000, 253402300800000000)
        : value.NextInt64(long.MinValue, long.MaxValue);

    private static double Double(Random value) => value.Next(10) switch
    {
        0 => 0.0,
        1 => -0.0,
        2 => double.PositiveInfinity,
        3 => double.NaN,
        4 => double.Epsilon,
        _ => (value.NextDouble() - 0.5) * Math.Pow(10, value.Next(-300, 300)),
    };

    private static Int128 Decimal(int precision, Random value)
    {
        Int128 number = 0;
        for (var digit = value.Next(precision); digit >= 0; digit--) number = number * 10 + value.Next(10);
        return value.Next(2) == 0 ? number : -number;
    }
}
