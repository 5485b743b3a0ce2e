using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms;
using Pipeline.Transforms.Lake;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class FolderCodesTests
{
    [Fact]
    public void Rows_have_one_code_where_their_folder_values_are_one()
    {
        var batch = Batch((3, "a"), (3, "b"), (4, "a"), (3, "a"), (-1, "a"));
        var codes = Codes().Of(batch).ToArray();
        Assert.Equal(codes[0], codes[3]);
        Assert.Equal(4, codes.Distinct().Count());
    }

    [Fact]
    public void A_code_is_found_among_thousands_and_an_unknown_one_is_not()
    {
        var codes = Codes();
        for (var number = 0; number < 5000; number++) codes.Add((ulong)number << 32, number);
        for (var number = 0; number < 5000; number++) Assert.Equal(number, codes.Find((ulong)number << 32));
        Assert.Equal(-1, codes.Find(1));
        codes.Clear();
        Assert.Equal(-1, codes.Find(0));
    }

    [Fact]
    public void Another_dictionary_makes_known_codes_unknown()
    {
        var codes = Codes();
        codes.Add(codes.Of(Batch((3, "a")))[0], 7);
        Assert.Equal(-1, codes.Find(codes.Of(Batch((3, "b")))[0]));
    }

    [Fact]
    public void A_null_or_a_text_without_a_dictionary_has_no_code()
    {
        var withNull = Batch((3, "a"), (3, null));
        Assert.True(Codes().Of(withNull).IsEmpty);
        var plain = RecordBatches.For(Contract);
        plain.Replace(1, new Utf8Column());
        Append(plain, 3, "a");
        Assert.True(Codes().Of(plain).IsEmpty);
    }

    private static DatasetContract Contract => Given.Contract(
        new("day", new(ColumnKind.Date), ["day"]), new("name", new(ColumnKind.String), ["name"])) with { Lake = new(["day", "name"], [], LakeCodec.Zstd) };

    private static FolderCodes Codes() => new(LakeSchema.Of(Contract));

    private static RecordBatch Batch(params (int Day, string? Name)[] rows)
    {
        var batch = RecordBatches.For(Contract);
        foreach (var (day, name) in rows) Append(batch, day, name);
        return batch;
    }

    private static void Append(RecordBatch batch, int day, string? name)
    {
        ((FixedColumn<int>)batch.Columns[0]).Append(day);
        if (name is null) batch.Columns[1].AppendNull();
        else ((TextColumn)batch.Columns[1]).Append(System.Text.Encoding.UTF8.GetBytes(name));
        batch.Positions.Append(batch.Positions.Count);
    }
}
