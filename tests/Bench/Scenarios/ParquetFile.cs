using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>Columns of every type in memory to one file; its input is the columns' bytes.</summary>
internal sealed class ParquetFile
{
    private const int Rows = 200_000;

    private static readonly ParquetField[] Fields =
    [
        new("text", ParquetType.Utf8, false), new("word", ParquetType.Utf8, true), new("json", ParquetType.Json, true),
        new("number", ParquetType.Int64, false), new("real", ParquetType.Float64, true), new("flag", ParquetType.Bool, false),
        new("amount", ParquetType.Decimal(18, 4), false), new("wide", ParquetType.Decimal(38, 9), true),
        new("time", ParquetType.Timestamp, false), new("day", ParquetType.Date, false),
    ];

    private readonly Column[] columns = Fill(new Random(1));

    /// <summary>Bytes of the columns of one row group.</summary>
    public long ColumnBytes => columns.Sum(column => column.ValueBytes);

    /// <summary>Rows of all row groups.</summary>
    public long TotalRows => (long)Rows * RowGroups;

    /// <summary>Row groups of the file.</summary>
    public static int RowGroups => 10;

    /// <returns>Bytes of the file.</returns>
    public Task<long> RunAsync()
    {
        using var encoder = new ColumnEncoder();
        var writer = new ParquetWriter(Stream.Null, Fields, encoder);
        for (var group = 0; group < RowGroups; group++) writer.WriteRowGroup(columns);
        writer.Finish();
        return Task.FromResult(writer.BytesWritten);
    }

    private static Column[] Fill(Random random)
    {
        Utf8Column text = new(), word = new(), json = new();
        FixedColumn<long> number = new(), time = new();
        var (real, flag, day) = (new FixedColumn<double>(), new FixedColumn<bool>(), new FixedColumn<int>());
        FixedColumn<Int128> amount = new(), wide = new();
        for (var row = 0; row < Rows; row++)
        {
            text.Append(Encoding.UTF8.GetBytes($"user_{random.Next(200_000)}"));
            if (random.Next(10) == 0) word.AppendNull();
            else word.Append(Encoding.UTF8.GetBytes($"word {random.Next(500)}"));
            if (random.Next(20) == 0) json.AppendNull();
            else json.Append(Encoding.UTF8.GetBytes($$"""{"a":{{random.Next(1000)}},"b":[{{random.Next(10)}}]}"""));
            number.Append(random.NextInt64(1_000_000));
            if (random.Next(10) == 0) real.AppendNull();
            else real.Append(random.NextDouble());
            flag.Append(random.Next(2) == 0);
            amount.Append(random.NextInt64(1_000_000_000));
            if (random.Next(10) == 0) wide.AppendNull();
            else wide.Append((Int128)random.NextInt64() * 1000);
            time.Append(1_700_000_000_000_000 + row * 1_000L + random.Next(1000));
            day.Append(19_000 + random.Next(5));
        }
        return [text, word, json, number, real, flag, amount, wide, time, day];
    }
}
