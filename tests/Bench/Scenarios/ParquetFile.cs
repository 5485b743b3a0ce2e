using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>Columns of every type in memory to one file; its input is the columns' bytes.</summary>
internal sealed class ParquetFile(Sample sample) : IWorkload
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

    private int RowGroups => sample.IsCheck ? 2 : 10;

    public double InputMb => columns.Sum(column => column.ValueBytes) * RowGroups / 1e6;

    /// <summary>Rows of all row groups.</summary>
    long IWorkload.Rows => (long)Rows * RowGroups;

    /// <summary>The same file on disk, which the peer takes its rows from; written when it is asked for.</summary>
    public string Path
    {
        get
        {
            var path = System.IO.Path.Combine(sample.Folder, "columns.parquet");
            if (File.Exists(path)) return path;
            using (var file = File.Create(path + ".part")) Write(file);
            File.Move(path + ".part", path);
            return path;
        }
    }

    public Task LoadAsync() => Task.CompletedTask;

    public void Clear() { }

    /// <returns>Bytes of the file.</returns>
    public Task<long> RunAsync() => Task.FromResult(Write(Stream.Null));

    /// <summary>Sums of all columns, as DuckDB reads them from the file.</summary>
    public Task<string?> DifferenceAsync()
    {
        File.Delete(Path);
        var sums = new Int128[columns.Length];
        ColumnSums.Add(columns, sums);
        for (var i = 0; i < sums.Length; i++) sums[i] *= RowGroups;
        var (ours, peers) = (ColumnSums.Text(sums), DuckDb.Sums("parquet", Path));
        return Task.FromResult(ours == peers ? null : $"the columns' sums are {ours} here and {peers} there.");
    }

    public void Dispose() { }

    private long Write(Stream stream)
    {
        using var encoder = new ColumnEncoder();
        var writer = new ParquetWriter(stream, Fields, encoder);
        for (var group = 0; group < RowGroups; group++) writer.WriteRowGroup(columns);
        writer.Finish();
        return writer.BytesWritten;
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
