using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Codecs;
using Pipeline.Parquet.Columns;
using Pipeline.Tests.Unit.Fakes;

namespace Pipeline.Tests.Unit.Parquet;

public sealed class ParquetWriterTests
{
    private static readonly ParquetField Number = new("n", ParquetType.Int64, Nullable: true);

    [Fact]
    public void A_small_file_has_these_bytes()
    {
        var numbers = new FixedColumn<long>();
        numbers.Append(2);
        numbers.AppendNull();
        var file = Write([Number], [numbers], new ParquetOptions { Codec = ParquetCodec.None });
        string[] expected =
        [
            "50415231",                                         // PAR1
            "1500151C151C2C15041500150615060000",               // page header: data, 14 bytes, 2 rows, PLAIN, levels RLE
            "020000000301",                                     // levels: 2 bytes, one packed group, 1 0
            "0200000000000000",                                 // 2
        ];
        Assert.StartsWith(string.Concat(expected), Convert.ToHexString(file), StringComparison.Ordinal);
        Assert.EndsWith("50415231", Convert.ToHexString(file), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_rows_give_the_same_bytes_whatever_was_encoded_before()
    {
        using var encoder = new ColumnEncoder();
        var first = Write([Number], [Numbers(0, 50_000, 700)], encoder);
        Write([Number], [Numbers(1, 90_000, 60_000)], encoder);
        Assert.Equal(first, Write([Number], [Numbers(0, 50_000, 700)], encoder));
        Assert.Equal(first, Write([Number], [Numbers(0, 50_000, 700)]));
    }

    [Fact]
    public void Texts_and_texts_by_dictionary_give_the_same_bytes()
    {
        var shared = new Utf8Dictionary();
        for (var i = 0; i < 5000; i++) shared.Intern(Encoding.UTF8.GetBytes($"unused {i}"));
        var (plain, byDictionary) = (new Utf8Column(), new Utf8DictionaryColumn(shared));
        var random = new Random(1);
        for (var row = 0; row < 20_000; row++)
        {
            if (random.Next(5) == 0)
            {
                plain.AppendNull();
                byDictionary.AppendNull();
                continue;
            }

            var text = Encoding.UTF8.GetBytes($"text {random.Next(300)}");
            plain.Append(text);
            byDictionary.Append(text);
        }

        ParquetField field = new("t", ParquetType.Utf8, Nullable: true);
        Assert.Equal(Write([field], [plain]), Write([field], [byDictionary]));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_value()
    {
        using var encoder = new ColumnEncoder();
        var column = Numbers(0, 100_000, 5000);
        var writer = new ParquetWriter(Stream.Null, [Number], encoder);
        writer.WriteRowGroup([column]);
        writer.WriteRowGroup([column]);
        Assert.InRange(Allocations.OfPass(() => writer.WriteRowGroup([column])), 0, 2000);
    }

    [Fact]
    public void An_unfinished_file_does_not_end_as_one_does()
    {
        using var encoder = new ColumnEncoder();
        var stream = new MemoryStream();
        new ParquetWriter(stream, [Number], encoder).WriteRowGroup([Numbers(0, 10, 10)]);
        Assert.False(stream.ToArray().AsSpan().EndsWith("PAR1"u8));
    }

    [Fact]
    public void A_finished_file_takes_no_more_rows()
    {
        using var encoder = new ColumnEncoder();
        var writer = new ParquetWriter(new MemoryStream(), [Number], encoder);
        writer.Finish();
        Assert.Equal(
            "Cannot finish the file: the file is finished already.", Assert.Throws<InvalidOperationException>(writer.Finish).Message);
        Assert.Throws<InvalidOperationException>(() => writer.WriteRowGroup([Numbers(0, 1, 1)]));
    }

    [Fact]
    public void A_file_whose_stream_failed_cannot_be_finished()
    {
        using var encoder = new ColumnEncoder();
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var writer = new ParquetWriter(full, [Number], encoder);
        Assert.Throws<IOException>(() => writer.WriteRowGroup([Numbers(0, 1000, 1000)]));
        Assert.Equal(
            "Cannot finish the file: an earlier write failed part way, so the bytes so far are not a file. Start again.",
            Assert.Throws<InvalidOperationException>(writer.Finish).Message);
    }

    [Fact]
    public void Columns_that_do_not_fit_are_named_and_nothing_is_written()
    {
        using var encoder = new ColumnEncoder();
        var stream = new MemoryStream();
        List<ParquetField> fields = [new("a", ParquetType.Int64, false), new("b", ParquetType.Decimal(3, 1), true)];
        var writer = new ParquetWriter(stream, fields, encoder);
        var (one, two, decimals) = (new FixedColumn<long>(), new FixedColumn<long>(), new FixedColumn<Int128>());
        one.Append(1);
        two.Append(1);
        two.AppendNull();
        decimals.Append(-1000);

        Assert.StartsWith("1 columns were given for 2 fields.", Refusal(one), StringComparison.Ordinal);
        Assert.StartsWith(
            "Column 'b' is a FixedColumn<Int64>; a field of type decimal(3,1) cannot hold it.",
            Refusal(one, one),
            StringComparison.Ordinal);
        Assert.StartsWith("Column 'a' has 1 null row(s); its field is not nullable.", Refusal(two, decimals), StringComparison.Ordinal);
        Assert.StartsWith("Column 'b', row 0: the value has more than 3 digits.", Refusal(one, decimals), StringComparison.Ordinal);
        decimals.Append(1);
        Assert.StartsWith("Column 'b' has 2 rows, 'a' has 1.", Refusal(one, decimals), StringComparison.Ordinal);
        Assert.Equal(0, stream.Length);

        decimals.Clear();
        decimals.Append(999);
        writer.WriteRowGroup([one, decimals]);
        Assert.Equal(1, writer.Rows);

        string Refusal(params Column[] columns) => Assert.Throws<ArgumentException>(() => writer.WriteRowGroup(columns)).Message;
    }

    [Fact]
    public void Fields_are_checked_when_the_writer_is_made()
    {
        Assert.StartsWith("Two fields are named 'n'; rename one.", Refusal([Number, Number]), StringComparison.Ordinal);
        Assert.StartsWith("A Parquet file needs at least one field.", Refusal([]), StringComparison.Ordinal);
        Assert.StartsWith(
            "The rows cannot be ordered by 'x': no field has that name.",
            Refusal([Number], new ParquetSortColumn("x")), StringComparison.Ordinal);
        Assert.Equal(
            "decimal(39,0): the precision is 1 to 38 digits.", Assert.Throws<ArgumentException>(() => ParquetType.Decimal(39, 0)).Message);

        static string Refusal(IReadOnlyList<ParquetField> fields, params ParquetSortColumn[] sortedBy)
        {
            using var encoder = new ColumnEncoder();
            return Assert.Throws<ArgumentException>(() => new ParquetWriter(Stream.Null, fields, encoder, sortedBy: sortedBy)).Message;
        }
    }

    [Fact]
    public void Every_wrong_option_is_named()
    {
        var options = new ParquetOptions { ZstdLevel = 23, MaxPageBytes = 1 };
        Assert.Equal(
            "ZstdLevel 23 is not in -7 to 22. MaxPageBytes 1 is not in 1 KiB to 1 GiB.",
            Assert.Throws<ArgumentException>(() => new ColumnEncoder(options)).Message);
    }

    [Fact]
    public void An_absent_library_is_named_with_its_package() => Assert.Equal(
        "libabsent.so.1 is not on this machine; install it (apt-get install libabsent1) or choose another codec.",
        Assert.Throws<DllNotFoundException>(() => NativeLibraries.Require("libabsent.so.1", "libabsent1")).Message);

    private static FixedColumn<long> Numbers(int seed, int rows, int distinct)
    {
        var (column, random) = (new FixedColumn<long>(), new Random(seed));
        for (var row = 0; row < rows; row++) column.Append(random.Next(distinct) * 1_000_000_007L);
        return column;
    }

    private static byte[] Write(IReadOnlyList<ParquetField> fields, IReadOnlyList<Column> columns, ParquetOptions? options = null)
    {
        using var encoder = new ColumnEncoder(options);
        return Write(fields, columns, encoder);
    }

    private static byte[] Write(IReadOnlyList<ParquetField> fields, IReadOnlyList<Column> columns, ColumnEncoder encoder)
    {
        var stream = new MemoryStream();
        var writer = new ParquetWriter(stream, fields, encoder);
        writer.WriteRowGroup(columns);
        writer.Finish();
        return stream.ToArray();
    }
}
