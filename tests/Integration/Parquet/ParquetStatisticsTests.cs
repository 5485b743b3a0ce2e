using System.Globalization;
using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.Parquet;

/// <summary>What DuckDB makes of the footer: it skips row groups by it, so a wrong bound loses rows.</summary>
public sealed class ParquetStatisticsTests
{
    [Fact]
    public void Duckdb_sees_the_footer_that_was_meant()
    {
        var (numbers, texts, flags) = (new FixedColumn<long>(), new Utf8Column(), new FixedColumn<bool>());
        foreach (var value in (int[])[-5, 7, 3])
        {
            numbers.Append(value);
            texts.Append(Encoding.UTF8.GetBytes($"text {value}"));
            flags.AppendNull();
        }

        numbers.AppendNull();
        texts.Append(""u8);
        flags.Append(true);
        List<ParquetField> fields =
        [
            new("n", ParquetType.Int64, true), new("t", ParquetType.Utf8, false),
            new("f", ParquetType.Bool, true),
        ];
        using var file = new ParquetFile(
            fields, [[numbers, texts, flags]], metadata: [new("contract", "user_actions"), new("version", "3")], sortedBy: [new("t")]);

        Assert.Equal(
            [["contract", "user_actions"], ["version", "3"]],
            ParquetReaders.Query($"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{file.Path}')"));
        Assert.Equal(
            [["n", "INT64", "-5", "7", "1"], ["t", "BYTE_ARRAY", "", "text 7", "0"], ["f", "BOOLEAN", "true", "true", "3"]],
            ParquetReaders.Query(
                $"SELECT path_in_schema, type, stats_min_value, stats_max_value, stats_null_count "
                + $"FROM parquet_metadata('{file.Path}') ORDER BY column_id"));
        Assert.Equal(
            [["pipeline version 1.0.0 (build 0)", "4", "1"]],
            ParquetReaders.Query($"SELECT created_by, num_rows, num_row_groups FROM parquet_file_metadata('{file.Path}')"));
    }

    [Fact]
    public void Few_distinct_values_get_a_dictionary_and_many_do_not()
    {
        var random = new RandomColumns(seed: 3);
        List<ParquetField> fields = [new("few", ParquetType.Utf8, false), new("many", ParquetType.Int64, false)];
        const int Rows = 20_000;
        using var file = new ParquetFile(
            fields, [[random.Create(ParquetType.Utf8, Rows, Nulls.None, 50), random.Create(ParquetType.Int64, Rows, Nulls.None, 0)]]);
        Assert.Equal(
            [["few", "PLAIN, RLE_DICTIONARY", "true"], ["many", "PLAIN", "false"]],
            ParquetReaders.Query(
                $"SELECT path_in_schema, encodings, dictionary_page_offset IS NOT NULL "
                + $"FROM parquet_metadata('{file.Path}') ORDER BY column_id"));
    }

    [Theory]
    [InlineData("int64", "BIGINT")]
    [InlineData("timestamp", "TIMESTAMPTZ")]
    [InlineData("date", "DATE")]
    [InlineData("float64", "DOUBLE")]
    [InlineData("utf8", "VARCHAR")]
    [InlineData("decimal(9,2)", "DECIMAL(9,2)")]
    [InlineData("decimal(18,2)", "DECIMAL(18,2)")]
    [InlineData("decimal(30,2)", "DECIMAL(30,2)")]
    public void Skipping_row_groups_by_their_bounds_loses_no_row(string name, string sqlType)
    {
        var type = TypeOf(name);
        List<ParquetField> fields = [new("v", type, true)];
        var groups = Enumerable.Range(-4, 8).Select(group => (IReadOnlyList<Column>)[Values(type, group * 10, group * 10 + 9)]).ToList();
        using var file = new ParquetFile(fields, groups);

        // The materialized copy has no statistics to go by: every comparison must count as many rows in both.
        var counts =
            from value in (int[])[-41, -40, -39, -35, -31, -30, -1, 0, 1, 9, 10, 39, 40]
            from comparison in (string[])["=", "<", ">", "<=", ">=", "<>"]
            let condition = $"v {comparison} '{Literal(type, value)}'::{sqlType}"
            select $"SELECT (SELECT count(*) FROM read_parquet('{file.Path}') WHERE {condition}) AS pruned, "
                + $"(SELECT count(*) FROM plain WHERE {condition}) AS whole";
        Assert.Equal(
            [["78", "0", "true"]],
            ParquetReaders.Query($"""
                WITH plain AS MATERIALIZED (SELECT v FROM read_parquet('{file.Path}')), counts AS ({string.Join(" UNION ALL ", counts)})
                SELECT count(*), count(*) FILTER (pruned <> whole),
                    (SELECT (min(v), max(v)) FROM read_parquet('{file.Path}')) = (SELECT (min(v), max(v)) FROM plain)
                FROM counts
                """));
    }

    private static ParquetType TypeOf(string name) => name switch
    {
        "int64" => ParquetType.Int64,
        "timestamp" => ParquetType.Timestamp,
        "date" => ParquetType.Date,
        "float64" => ParquetType.Float64,
        "utf8" => ParquetType.Utf8,
        "decimal(9,2)" => ParquetType.Decimal(9, 2),
        "decimal(18,2)" => ParquetType.Decimal(18, 2),
        _ => ParquetType.Decimal(30, 2),
    };

    private static Column Values(ParquetType type, params ReadOnlySpan<int> values)
    {
        Column column = type.Kind switch
        {
            ParquetKind.Utf8 => new Utf8Column(),
            ParquetKind.Float64 => new FixedColumn<double>(),
            ParquetKind.Date => new FixedColumn<int>(),
            ParquetKind.Decimal => new FixedColumn<Int128>(),
            _ => new FixedColumn<long>(),
        };
        column.AppendNull();
        foreach (var value in values)
        {
            if (column is Utf8Column texts) texts.Append(Encoding.UTF8.GetBytes(Literal(type, value)));
            if (column is FixedColumn<double> doubles) doubles.Append(value / 8.0);
            if (column is FixedColumn<int> days) days.Append(value);
            if (column is FixedColumn<Int128> decimals) decimals.Append(value);
            if (column is FixedColumn<long> numbers) numbers.Append(value);
        }

        return column;
    }

    private static string Literal(ParquetType type, int value) => type.Kind switch
    {
        // Longer than statistics keep, with characters of several bytes where they are cut.
        ParquetKind.Utf8 => $"{new string('é', 20)}{(char)('f' + value / 10)}{new string('日', 20)}{value % 10 + 20}",
        ParquetKind.Timestamp =>
            DateTime.UnixEpoch.AddMicroseconds(value).ToString("yyyy-MM-dd HH:mm:ss.ffffff'+00'", CultureInfo.InvariantCulture),
        ParquetKind.Date => DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(value)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ParquetKind.Float64 => (value / 8.0).ToString(CultureInfo.InvariantCulture),
        ParquetKind.Decimal => (value / 100m).ToString("0.00", CultureInfo.InvariantCulture),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };
}
