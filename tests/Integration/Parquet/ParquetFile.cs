using System.Globalization;
using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.Parquet;

/// <summary>A file in a temporary folder and the rows it must hold, as <see cref="ParquetReaders"/> tells them.</summary>
public sealed class ParquetFile : IDisposable
{
    private readonly List<string?[]> expected = [];

    public ParquetFile(
        IReadOnlyList<ParquetField> fields,
        IEnumerable<IReadOnlyList<Column>> rowGroups,
        ParquetOptions? options = null,
        IReadOnlyList<KeyValuePair<string, string>>? metadata = null,
        IReadOnlyList<ParquetSortColumn>? sortedBy = null)
    {
        using var encoder = new ColumnEncoder(options);
        using var stream = new FileStream(Path, FileMode.CreateNew, FileAccess.Write);
        var writer = new ParquetWriter(stream, fields, encoder, metadata, sortedBy);
        foreach (var columns in rowGroups)
        {
            writer.WriteRowGroup(columns);
            for (var row = 0; row < columns[0].Count; row++)
                expected.Add([.. columns.Select((column, i) => Text(fields[i].Type, column, row))]);
        }

        writer.Finish();
        Assert.Equal(expected.Count, writer.Rows);
        Assert.Equal(stream.Length, writer.BytesWritten);
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"pipeline-{Guid.NewGuid():N}.parquet");

    /// <summary>Every reader must find the rows that were written, value for value.</summary>
    public void AssertAllReadersAgree()
    {
        foreach (var reader in ParquetReaders.All)
        {
            var rows = ParquetReaders.Read(reader, Path);
            Assert.True(expected.Count == rows.Count, $"{reader} found {rows.Count} rows, {expected.Count} were written.");
            for (var row = 0; row < rows.Count; row++)
                if (!expected[row].SequenceEqual(rows[row])) Assert.Fail($"{reader}, row {row}: {Difference(expected[row], rows[row])}");
        }
    }

    public void Dispose() => File.Delete(Path);

    private static string Difference(string?[] expected, string?[] found)
    {
        if (expected.Length != found.Length) return $"{found.Length} columns instead of {expected.Length}";
        var column = Enumerable.Range(0, expected.Length).First(i => expected[i] != found[i]);
        return $"column {column} is {found[column] ?? "null"} instead of {expected[column] ?? "null"}";
    }

    private static string? Text(ParquetType type, Column column, int row) => column.IsNull(row) ? null : column switch
    {
        Utf8Column texts => Encoding.UTF8.GetString(texts[row]),
        Utf8DictionaryColumn texts => Encoding.UTF8.GetString(texts[row]),
        FixedColumn<long> numbers => numbers.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<int> days => days.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<bool> flags => flags.Values[row] ? "true" : "false",
        FixedColumn<double> numbers => double.IsNaN(numbers.Values[row])
            ? "nan"
            : BitConverter.DoubleToUInt64Bits(numbers.Values[row]).ToString("x16", CultureInfo.InvariantCulture),
        FixedColumn<Int128> decimals => Decimal(decimals.Values[row], type.Scale),
        _ => throw new ArgumentException(column.GetType().Name),
    };

    private static string Decimal(Int128 unscaled, int scale)
    {
        if (scale == 0) return unscaled.ToString(CultureInfo.InvariantCulture);
        var digits = Int128.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled < 0 ? "-" : "")}{digits[..^scale]}.{digits[^scale..]}";
    }
}
