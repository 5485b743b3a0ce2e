using System.Buffers.Binary;
using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Bloom;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Reading;
using Pipeline.Tests.Unit.Fakes;
using Pipeline.Tests.Unit.Parquet.Reading;

namespace Pipeline.Tests.Unit.Parquet.Bloom;

public sealed class BloomFilterTests
{
    private static readonly ParquetType[] Types = [.. Tables.Types.Where(type => BloomBuilder.CanHold(type.Kind))];

    [Fact]
    public void Every_value_written_may_be_there_and_hardly_any_other()
    {
        var random = new Random(20261122);
        foreach (var type in Types)
        {
            var present = Tables.Create(type, random, random.Next(5_000, 20_000), 0.1, int.MaxValue);
            var filter = FilterOf(type, present)!;
            Assert.Equal(0, Plain(type, present).Count(value => !filter.MayContain(value)));

            var written = Plain(type, present).Select(Convert.ToHexString).ToHashSet();
            // Narrow decimals are drawn from few short ones: those that were written say nothing.
            var absent = Plain(type, Tables.Create(type, random, 20_000, 0, int.MaxValue))
                .Where(value => !written.Contains(Convert.ToHexString(value))).ToList();
            Assert.InRange(absent.Count(value => filter.MayContain(value)) / (double)absent.Count, 0, 0.02);
        }
    }

    [Theory]
    [InlineData(0, 32)]
    [InlineData(20, 32)]
    [InlineData(700, 1024)]
    [InlineData(40_000, 65_536)]
    public void Its_size_follows_the_distinct_values_not_the_rows(int distinct, int bytes)
    {
        var numbers = new FixedColumn<long>();
        if (distinct == 0) for (var row = 0; row < 1000; row++) numbers.AppendNull();
        for (var row = 0; distinct > 0 && row < 300_000; row++) numbers.Append(row % distinct);
        Assert.Equal(bytes, FilterOf(ParquetType.Int64, numbers)!.Bytes);
    }

    [Fact]
    public void It_takes_no_more_than_a_mebibyte_and_still_knows_every_value()
    {
        var numbers = new FixedColumn<long>();
        for (var row = 0; row < 1_000_000; row++) numbers.Append(row * 977L);
        var filter = FilterOf(ParquetType.Int64, numbers)!;
        Assert.Equal(1 << 20, filter.Bytes);
        Assert.Equal(0, Plain(ParquetType.Int64, numbers).Count(value => !filter.MayContain(value)));
    }

    [Fact]
    public void Each_row_group_has_its_own_and_columns_not_asked_for_have_none()
    {
        List<ParquetField> fields = [new("a", ParquetType.Int64, true), new("b", ParquetType.Int64, true)];
        List<Column[]> groups = [.. ((int[])[10, 20]).Select(value => (Column[])[Number(value), Number(value)])];
        var file = Tables.Write(fields, groups, new ParquetOptions { BloomColumns = ["b"] });
        var reader = new ParquetReader(new MemoryStream(file));
        Assert.Null(reader.BloomFilterOf(0, "a"));
        foreach (var (group, value) in (ReadOnlySpan<(int, long)>)[(0, 10), (1, 20)])
        {
            Assert.True(reader.BloomFilterOf(group, "b")!.MayContain(BitConverter.GetBytes(value)));
            Assert.False(reader.BloomFilterOf(group, "b")!.MayContain(BitConverter.GetBytes(30 - value)));
        }

        Assert.Equal(["10|10", "20|20"], Tables.Read(file, 100));
    }

    [Fact]
    public void Texts_and_texts_by_dictionary_get_the_same()
    {
        var shared = new Utf8Dictionary();
        for (var i = 0; i < 500; i++) shared.Intern(Encoding.UTF8.GetBytes($"unused {i}"));
        var (plain, byDictionary) = (new Utf8Column(), new Utf8DictionaryColumn(shared));
        for (var row = 0; row < 3000; row++)
        {
            var text = Encoding.UTF8.GetBytes($"a text of more than thirty-two bytes, number {row % 700}");
            plain.Append(text);
            byDictionary.Append(text);
        }

        ParquetField field = new("t", ParquetType.Utf8, Nullable: false);
        var options = new ParquetOptions { BloomColumns = ["t"] };
        Assert.Equal(Tables.Write([field], [[plain]], options), Tables.Write([field], [[byDictionary]], options));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_value()
    {
        using var encoder = new ColumnEncoder(new ParquetOptions { BloomColumns = ["n"] });
        var numbers = new FixedColumn<long>();
        for (var row = 0; row < 100_000; row++) numbers.Append(row * 7919L % 50_021);
        var writer = new ParquetWriter(Stream.Null, [new("n", ParquetType.Int64, false)], encoder);
        writer.WriteRowGroup([numbers]);
        writer.WriteRowGroup([numbers]);
        Assert.InRange(Allocations.OfPass(() => writer.WriteRowGroup([numbers])), 0, 2000);
    }

    [Theory]
    [InlineData("m", "A bloom filter of 'm' cannot be made: no field has that name.")]
    [InlineData("j", "A bloom filter of 'j' cannot be made: nobody looks for one value of type json.")]
    public void A_column_that_can_have_none_is_named(string name, string sentence)
    {
        using var encoder = new ColumnEncoder(new ParquetOptions { BloomColumns = [name] });
        var error = Assert.Throws<ArgumentException>(
            () => new ParquetWriter(Stream.Null, [new("j", ParquetType.Json, true)], encoder));
        Assert.StartsWith(sentence, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_filter_is_said_to_be_one_or_read_as_another_but_never_outside_the_file()
    {
        var file = Tables.Write([new("n", ParquetType.Int64, true)], [[Number(7)]], new ParquetOptions { BloomColumns = ["n"] });
        var random = new Random(4);
        for (var round = 0; round < 5000; round++)
        {
            var damaged = file.ToArray();
            for (var i = 0; i < 3; i++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                var reader = new ParquetReader(new MemoryStream(damaged));
                if (reader.Fields.Count == 1 && reader.RowGroupRows.Count == 1)
                    Assert.InRange(reader.BloomFilterOf(0, reader.Fields[0].Name)?.Bytes ?? 0, 0, damaged.Length);
            }
            catch (InvalidDataException error)
            {
                Assert.NotEmpty(error.Message);
            }
        }
    }

    private static FixedColumn<long> Number(long value)
    {
        var numbers = new FixedColumn<long>();
        numbers.Append(value);
        return numbers;
    }

    private static BloomFilter? FilterOf(ParquetType type, Column column)
    {
        var file = Tables.Write([new("v", type, true)], [[column]], new ParquetOptions { BloomColumns = ["v"] });
        return new ParquetReader(new MemoryStream(file)).BloomFilterOf(0, "v");
    }

    private static IEnumerable<byte[]> Plain(ParquetType type, Column column)
    {
        for (var row = 0; row < column.Count; row++)
            if (!column.IsNull(row)) yield return Plain(type, column, row);
    }

    private static byte[] Plain(ParquetType type, Column column, int row)
    {
        switch (column)
        {
            case Utf8Column texts: return texts[row].ToArray();
            case FixedColumn<long> numbers: return BitConverter.GetBytes(numbers.Values[row]);
            case FixedColumn<int> days: return BitConverter.GetBytes(days.Values[row]);
        }

        var value = ((FixedColumn<Int128>)column).Values[row];
        if (type.Precision <= 9) return BitConverter.GetBytes((int)value);
        if (type.Precision <= 18) return BitConverter.GetBytes((long)value);
        var wide = new byte[16];
        BinaryPrimitives.WriteInt128BigEndian(wide, value);
        return wide[(type.Precision == 25 ? 5 : 0)..];
    }
}
