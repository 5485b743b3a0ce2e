using System.Globalization;
using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.Parquet;

/// <summary>What DuckDB makes of bloom filters: it passes over row groups by them, so a missing bit loses rows.</summary>
public sealed class BloomFilterTests
{
    private const int RowsPerGroup = 20_000;

    [Fact]
    public void Duckdb_excludes_values_that_are_not_there_and_never_one_that_is()
    {
        List<ParquetField> fields =
        [
            new("user", ParquetType.Utf8, true), new("number", ParquetType.Int64, false), new("day", ParquetType.Date, false),
            new("at", ParquetType.Timestamp, false), new("other", ParquetType.Utf8, false),
        ];
        var options = new ParquetOptions { BloomColumns = ["user", "number", "day", "at"] };
        using var file = new ParquetFile(fields, [Group(0), Group(1), Group(2)], options);
        file.AssertAllReadersAgree();

        Assert.Equal(
            [["user", "3"], ["number", "3"], ["day", "3"], ["at", "3"], ["other", "0"]],
            ParquetReaders.Query(
                $"SELECT path_in_schema, count(bloom_filter_offset) FROM parquet_metadata('{file.Path}') "
                + "GROUP BY path_in_schema, column_id ORDER BY column_id"));

        foreach (var column in options.BloomColumns)
        {
            // Values written, which one row group of three has; then as many that none has.
            Assert.Equal(0, Count(file, column, 0, row => $"bloom_filter_excludes AND row_group_id = {row / RowsPerGroup}"));
            Assert.InRange(Count(file, column, 10_000_000, _ => "NOT bloom_filter_excludes"), 0, Probes().Count() * 3 / 50);
        }
    }

    /// <summary>Row groups for which a condition holds when values are probed one by one.</summary>
    private static int Count(ParquetFile file, string column, int firstRow, Func<int, string> condition)
    {
        var probes = Probes().Select(row =>
            $"SELECT count(*) AS n FROM parquet_bloom_probe('{file.Path}', '{column}', {Value(column, firstRow + row)}) "
            + $"WHERE {condition(row)}");
        var sum = ParquetReaders.Query($"SELECT sum(n)::BIGINT FROM ({string.Join(" UNION ALL ", probes)})");
        return int.Parse(sum[0][0]!, CultureInfo.InvariantCulture);
    }

    private static IEnumerable<int> Probes() => Enumerable.Range(0, 3 * RowsPerGroup / 600).Select(i => i * 600);

    private static IReadOnlyList<Column> Group(int group)
    {
        var (users, others, numbers, times) = (new Utf8Column(), new Utf8Column(), new FixedColumn<long>(), new FixedColumn<long>());
        var days = new FixedColumn<int>();
        // Out of order, so that the least and the greatest value exclude nothing within a row group.
        for (var i = 0; i < RowsPerGroup; i++)
        {
            var row = group * RowsPerGroup + (int)(i * 7919L % RowsPerGroup);
            users.Append(Encoding.UTF8.GetBytes($"user_{row}"));
            others.Append(Encoding.UTF8.GetBytes($"other_{row}"));
            numbers.Append(Number(row));
            days.Append(row);
            times.Append(Number(row));
        }

        return [users, numbers, days, times, others];
    }

    private static long Number(int row) => row * 1_000_003L - 5_000_000_000;

    private static string Value(string column, int row) => column switch
    {
        "user" => $"'user_{row}'",
        "number" => $"{Number(row)}::BIGINT",
        "day" => $"DATE '1970-01-01' + {row % 3_000_000}",
        _ => $"make_timestamptz({Number(row)})",
    };
}
