using Pipeline.Parquet;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Reading;
using Pipeline.Tests.Unit.Fakes;

namespace Pipeline.Tests.Unit.Parquet.Reading;

public sealed class OwnFileTests
{
    [Theory]
    [InlineData(ParquetCodec.None)]
    [InlineData(ParquetCodec.Snappy)]
    [InlineData(ParquetCodec.Gzip)]
    [InlineData(ParquetCodec.Zstd)]
    public void Every_type_comes_back_whatever_its_nulls_pages_and_dictionaries(ParquetCodec codec)
    {
        var random = new Random(1);
        var shapes = (
            from type in Tables.Types
            from nullShare in (double[])[-1, 0, 0.3, 0.99, 1]       // -1: not nullable
            from distinct in (int[])[1, 40, int.MaxValue]
            select (type, nullShare, distinct)).ToList();
        var fields = shapes.Select((shape, i) => new ParquetField($"c{i}", shape.type, shape.nullShare >= 0)).ToList();
        var groups = ((int[])[1, 1500, 700])
            .Select(rows => shapes.Select(shape => Tables.Create(shape.type, random, rows, shape.nullShare, shape.distinct)).ToArray())
            .ToList();
        var expected = groups.SelectMany(Tables.Rows).ToList();
        foreach (var pageBytes in (int[])[1024, 1 << 20])
        {
            var file = Tables.Write(fields, groups, new ParquetOptions { Codec = codec, MaxPageBytes = pageBytes });
            Assert.Equal(expected, Tables.Read(file, rowsAtOnce: 1000));
            Assert.Equal(expected, Tables.Read(file, rowsAtOnce: 77));
        }
    }

    [Fact]
    public void The_footer_tells_fields_rows_and_metadata()
    {
        List<ParquetField> fields = [.. Tables.Types.Select((type, i) => new ParquetField($"c{i}", type, i % 2 == 0))];
        var columns = Tables.Types.Select(type => Tables.Create(type, new Random(1), 5, 0, 9)).ToList();
        KeyValuePair<string, string>[] metadata = [new("dataset", "user_actions"), new("contract_version", "3")];
        var reader = new ParquetReader(new MemoryStream(Tables.Write(fields, [columns, columns], metadata: metadata)));
        Assert.Equal(fields, reader.Fields);
        Assert.Empty(reader.Refused);
        Assert.Equal(metadata, reader.Metadata);
        Assert.Equal(10, reader.Rows);
        Assert.Equal([5, 5], reader.RowGroupRows);
    }

    [Fact]
    public void A_file_without_rows_has_its_fields()
    {
        var reader = new ParquetReader(new MemoryStream(Tables.Write([new("a", ParquetType.Utf8, true)], [])));
        Assert.Equal([new ParquetField("a", ParquetType.Utf8, true)], reader.Fields);
        Assert.Empty(reader.RowGroupRows);
    }

    [Fact]
    public void Only_the_wanted_columns_are_read_in_the_wanted_order()
    {
        var file = ThreeColumns(out var columns);
        Assert.Equal(Tables.Rows([columns[2], columns[0]]), Tables.Read(file, 100, "c", "a"));
        file[4] ^= 0xFF;        // the first page of the first column
        Assert.Equal(Tables.Rows([columns[2], columns[1]]), Tables.Read(file, 100, "c", "b"));
    }

    [Fact]
    public void Rows_are_appended_behind_those_that_are_there()
    {
        using var rowGroup = new ParquetReader(new MemoryStream(ThreeColumns(out var columns))).OpenRowGroup(0);
        var into = rowGroup.NewColumns();
        Assert.Equal(300, rowGroup.Read(into, 300));
        Assert.Equal(700, rowGroup.RowsLeft);
        Assert.Equal(700, rowGroup.Read(into, int.MaxValue));
        Assert.Equal(0, rowGroup.Read(into, 1));
        Assert.Equal(Tables.Rows(columns), Tables.Rows(into));
    }

    [Fact]
    public void A_name_no_column_has_and_a_column_of_another_class_are_the_callers_fault()
    {
        var reader = new ParquetReader(new MemoryStream(ThreeColumns(out _)));
        var unknown = Assert.Throws<ArgumentException>(() => reader.OpenRowGroup(0, ["d"]));
        Assert.Equal("The file has no column 'd'; it has a, b, c.", unknown.Message);
        using var rowGroup = reader.OpenRowGroup(0, ["a"]);
        Assert.StartsWith(
            "Column 'a' of type int64 cannot be read into a Utf8Column.",
            Assert.Throws<ArgumentException>(() => rowGroup.Read([new Utf8Column()], 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_allocated_for_a_row()
    {
        var column = Tables.Create(ParquetType.Utf8, new Random(1), 100_000, 0.1, 50);
        var file = Tables.Write([new("t", ParquetType.Utf8, true)], [[column]]);
        using var rowGroup = new ParquetReader(new MemoryStream(file)).OpenRowGroup(0);
        var into = rowGroup.NewColumns();
        rowGroup.Read(into, 50_000);
        var allocated = Allocations.OfPass(() =>
        {
            into[0].Clear();
            Assert.Equal(10_000, rowGroup.Read(into, 10_000));
        });
        Assert.InRange(allocated, 0, 2000);
    }

    private static byte[] ThreeColumns(out Column[] columns)
    {
        var random = new Random(1);
        columns =
        [
            Tables.Create(ParquetType.Int64, random, 1000, 0, 9), Tables.Create(ParquetType.Utf8, random, 1000, 0.5, 300),
            Tables.Create(ParquetType.Date, random, 1000, 0.1, 5000),
        ];
        ParquetField[] fields = [new("a", ParquetType.Int64, false), new("b", ParquetType.Utf8, true), new("c", ParquetType.Date, true)];
        return Tables.Write(fields, [columns], new ParquetOptions { MaxPageBytes = 1024 });
    }
}
