using System.Globalization;
using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Reading;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.Parquet.Reading;

/// <summary>Files that DuckDB writes, with its dictionaries and its delta encodings.</summary>
public sealed class DuckdbFileTests
{
    private const string Table = """
        SELECT i::BIGINT AS ascending, (hash(i) % 100)::INTEGER AS few, (hash(i) >> 1)::BIGINT AS many,
            CASE WHEN i % 3 = 0 THEN NULL ELSE (i % 250)::UTINYINT END AS tiny, hash(i)::UBIGINT AS large,
            i::VARCHAR || ' é ' || hash(i) AS texts, CASE WHEN i % 5 < 3 THEN 'text ' || i % 7 END AS names,
            (i / 7)::DOUBLE AS doubles, (i / 3)::FLOAT AS floats, i % 4 = 1 AS flags, CASE WHEN i > 900 THEN i % 2 = 0 END AS late,
            (hash(i) % 99999)::DECIMAL(9,2) AS narrow, (hash(i) >> 10)::DECIMAL(38,4) AS wide,
            DATE '2026-11-21' + i::INTEGER AS days,
            TIMESTAMPTZ '2026-11-21 00:00:00+00' + INTERVAL (i) MILLISECOND AS times, NULL::VARCHAR AS empty
        FROM range(2500) t(i)
        """;

    [Theory]
    [InlineData("V1", "uncompressed")]
    [InlineData("V1", "snappy")]
    [InlineData("V1", "zstd")]
    [InlineData("V2", "gzip")]
    [InlineData("V2", "zstd")]
    public void They_are_read_as_duckdb_reads_them(string version, string codec)
    {
        var path = Path.Combine(Path.GetTempPath(), $"pipeline-{Guid.NewGuid():N}.parquet");
        try
        {
            ParquetReaders.Query($"COPY ({Table}) TO '{path}' (PARQUET_VERSION {version}, CODEC '{codec}', ROW_GROUP_SIZE 2048)");
            using var stream = File.OpenRead(path);
            var reader = new ParquetReader(stream);
            Assert.Empty(reader.Refused);
            var columns = string.Join(", ", reader.Fields.Select(Canonical));
            Assert.Equal(ParquetReaders.Query($"SELECT {columns} FROM read_parquet('{path}')"), Rows(reader));
        }
        finally
        {
            File.Delete(path);
        }
    }

    // DuckDB's smaller types come out of node as other kinds of numbers.
    private static string Canonical(ParquetField field) => field.Type.Kind switch
    {
        ParquetKind.Int64 => $"{field.Name}::BIGINT",
        ParquetKind.Float64 => $"{field.Name}::DOUBLE",
        ParquetKind.Decimal when field.Type.Scale == 0 => $"{field.Name}::VARCHAR",
        _ => field.Name,
    };

    private static IEnumerable<string?[]> Rows(ParquetReader reader)
    {
        for (var group = 0; group < reader.RowGroupRows.Count; group++)
        {
            using var rowGroup = reader.OpenRowGroup(group);
            var columns = rowGroup.NewColumns();
            while (rowGroup.Read(columns, 1000) > 0)
            {
                for (var row = 0; row < columns[0].Count; row++)
                    yield return [.. columns.Select((column, i) => Text(rowGroup.Fields[i].Type, column, row))];
                foreach (var column in columns) column.Clear();
            }
        }
    }

    private static string? Text(ParquetType type, Column column, int row) => column.IsNull(row) ? null : column switch
    {
        Utf8Column texts => Encoding.UTF8.GetString(texts[row]),
        FixedColumn<long> numbers => $"{numbers.Values[row]}",
        FixedColumn<int> days => $"{days.Values[row]}",
        FixedColumn<bool> flags => flags.Values[row] ? "true" : "false",
        FixedColumn<double> numbers => BitConverter.DoubleToUInt64Bits(numbers.Values[row]).ToString("x16", CultureInfo.InvariantCulture),
        FixedColumn<Int128> decimals => Decimal(decimals.Values[row], type.Scale),
        _ => throw new ArgumentException(column.GetType().Name),
    };

    private static string Decimal(Int128 unscaled, int scale)
    {
        if (scale == 0) return $"{unscaled}";
        var digits = $"{unscaled}".PadLeft(scale + 1, '0');
        return $"{digits[..^scale]}.{digits[^scale..]}";
    }
}
