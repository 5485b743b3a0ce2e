using Pipeline.Parquet;
using Pipeline.Parquet.Reading;

namespace Pipeline.Tests.Unit.Parquet.Reading;

/// <summary>What other writers write and ours does not; the bytes are the format's own examples where it has some.</summary>
public sealed class ForeignFileTests
{
    [Fact]
    public void Differences_of_integers_are_added_up()
    {
        // 128 in 4 parts, 8 values, the first 7; the least difference -2, widths 2 and unused ones; 0 0 0 3 3 3 3.
        byte[] deltas = [0x80, 1, 4, 8, 14, 3, 2, 0, 0, 0, 0b11000000, 0b00111111, 0, 0, 0, 0, 0, 0];
        Assert.Equal(
            ["7", "5", "3", "1", "2", "3", "4", "5"],
            Read(new(StoredType.Int64, 8), StoredEncoding.DeltaBinaryPacked, deltas));
        Assert.Equal(
            ["7", "5", "3", "1", "2", "3", "4", "5"],
            Read(new(StoredType.Int32, 8), StoredEncoding.DeltaBinaryPacked, deltas));
    }

    [Fact]
    public void Differences_of_64_bits_wrap_around()
    {
        byte[] deltas = [0x80, 1, 4, 2, 1, 0, 64, 0, 0, 0, .. new byte[256]];
        BitConverter.TryWriteBytes(deltas.AsSpan(10), long.MinValue);
        Assert.Equal(
            ["-1", $"{long.MaxValue}"], Read(new(StoredType.Int64, 2), StoredEncoding.DeltaBinaryPacked, deltas));
    }

    [Fact]
    public void Texts_behind_their_lengths_and_texts_behind_their_prefixes_are_put_together()
    {
        byte[] lengths = [0x80, 1, 4, 4, 10, 0, 1, 0, 0, 0, 0b010, 0, 0, 0];      // 5 5 6 6
        byte[] suffixes = [.. lengths, .. "HelloWorldFoobarABCDEF"u8];
        Assert.Equal(
            ["Hello", "World", "Foobar", "ABCDEF"],
            Read(new(StoredType.ByteArray, 4), StoredEncoding.DeltaLengthByteArray, suffixes));
        byte[] prefixes = [0x80, 1, 4, 4, 0, 0, 2, 0, 0, 0, 0b111110, 0, 0, 0, 0, 0, 0, 0];     // 0 2 5 8
        Assert.Equal(
            ["Hello", "HeWorld", "HeWorFoobar", "HeWorFooABCDEF"],
            Read(new(StoredType.ByteArray, 4), StoredEncoding.DeltaByteArray, [.. prefixes, .. suffixes]));
    }

    [Fact]
    public void Split_streams_are_joined()
    {
        byte[] split = [0xAA, 0, 0xA3, 0xBB, 0x11, 0xB4, 0xCC, 0x22, 0xC5, 0x3D, 0x33, 0x3E];
        uint[] floats = [0x3DCCBBAA, 0x33221100, 0x3EC5B4A3];
        Assert.Equal(
            floats.Select(bits => $"{BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle(bits)):x}"),
            Read(new(StoredType.Float, 3), StoredEncoding.ByteStreamSplit, split));
        Assert.Equal(
            ["258", "-2"],
            Read(
                new(StoredType.FixedLenByteArray, 2) { Width = 2, Converted = 5, Precision = 4 },
                StoredEncoding.ByteStreamSplit, [1, 0xFF, 2, 0xFE]));
    }

    [Fact]
    public void Flags_come_as_bits_and_as_runs()
    {
        Assert.Equal(
            ["True", "False", "True", "True", "False", "False", "False", "False", "True"],
            Read(new(StoredType.Boolean, 9), StoredEncoding.Plain, [0b00001101, 1]));
        Assert.Equal(
            ["True", "True", "True", "False", "True"],
            Read(new(StoredType.Boolean, 5), StoredEncoding.Rle, [4, 0, 0, 0, 6, 1, 3, 0b10]));
    }

    [Fact]
    public void A_page_of_the_second_version_has_its_levels_in_front()
    {
        var file = new ForeignFile(StoredType.Int64, 4) { Nullable = true, Levels = [3, 0b1010] };
        Assert.Equal(["null", "7", "null", "8"], Read(file, StoredEncoding.Plain, [.. Int64(7), .. Int64(8)]));
    }

    [Fact]
    public void A_dictionary_of_one_entry_may_have_numbers_without_bits()
    {
        var file = new ForeignFile(StoredType.ByteArray, 3) { Dictionary = (1, [1, 0, 0, 0, (byte)'x']) };
        Assert.Equal(["x", "x", "x"], Read(file, StoredEncoding.PlainDictionary, [0, 6]));
        Assert.Equal(["x", "x", "x"], Read(file, StoredEncoding.PlainDictionary, [0, 3]));      // packed, a group of no bits
        Assert.Contains("names entry 1", Refusal(file, StoredEncoding.PlainDictionary, [1, 6, 1]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(StoredType.Int32), null, "FFFFFFFF", "-1", ParquetKind.Int64)]
    [InlineData(nameof(StoredType.Int32), 15, "FFFFFFFF", "-1", ParquetKind.Int64)]
    [InlineData(nameof(StoredType.Int32), 13, "FFFFFFFF", "4294967295", ParquetKind.Int64)]
    [InlineData(nameof(StoredType.Int64), 14, "FFFFFFFFFFFFFFFF", "18446744073709551615", ParquetKind.Decimal)]
    [InlineData(nameof(StoredType.Int64), 9, "FFFFFFFFFFFFFFFF", "-1000", ParquetKind.Timestamp)]
    [InlineData(nameof(StoredType.Int96), null, "FFFFFFFFFFFFFFFF8D3D2500", "86399999999", ParquetKind.Timestamp)]
    [InlineData(nameof(StoredType.Int96), null, "E8030000000000008B3D2500", "-86399999999", ParquetKind.Timestamp)]
    [InlineData(nameof(StoredType.ByteArray), 4, "010000005A", "Z", ParquetKind.Utf8)]
    [InlineData(nameof(StoredType.ByteArray), null, "010000005A", "Z", ParquetKind.Utf8)]
    public void A_value_becomes_one_of_our_types(string type, int? converted, string hex, string expected, ParquetKind kind)
    {
        var file = new ForeignFile(Enum.Parse<StoredType>(type), 1) { Converted = converted };
        var bytes = file.ToBytes(StoredEncoding.Plain, Convert.FromHexString(hex));
        Assert.Equal(kind, new ParquetReader(new MemoryStream(bytes)).Fields[0].Type.Kind);
        Assert.Equal([expected], Tables.Read(bytes, 1));
    }

    [Fact]
    public void Decimals_may_have_any_number_of_bytes()
    {
        var file = new ForeignFile(StoredType.ByteArray, 3) { Converted = 5, Precision = 5 };
        byte[] long20 = [20, 0, 0, 0, .. Enumerable.Repeat((byte)0xFF, 19), 0x85];
        Assert.Equal(
            ["-1", "258", "-123"], Read(file, StoredEncoding.Plain, [1, 0, 0, 0, 0xFF, 2, 0, 0, 0, 1, 2, .. long20]));
    }

    [Theory]
    [InlineData(nameof(StoredType.Int64), 8, "Its type, Int64 with TIME_MICROS, has no counterpart here;")]
    [InlineData(nameof(StoredType.ByteArray), 20, "Its type, ByteArray with BSON, has no counterpart here;")]
    [InlineData(nameof(StoredType.FixedLenByteArray), null, "Its type, FixedLenByteArray with no annotation, has no counterpart here;")]
    public void A_type_without_counterpart_is_refused_by_name(string type, int? converted, string why)
    {
        var bytes = new ForeignFile(Enum.Parse<StoredType>(type), 0) { Converted = converted }.ToBytes(StoredEncoding.Plain);
        var reader = new ParquetReader(new MemoryStream(bytes));
        Assert.Empty(reader.Fields);
        Assert.StartsWith(why, Assert.Single(reader.Refused).Why, StringComparison.Ordinal);
        var error = Assert.Throws<InvalidDataException>(() => reader.OpenRowGroup(0));
        Assert.StartsWith($"Column 'v' cannot be read. {why}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_codec_nobody_taught_it_is_refused()
    {
        var file = new ForeignFile(StoredType.Int64, 1) { Codec = StoredCodec.Brotli };
        Assert.Equal(
            "Column 'v': its codec is Brotli; write it with none, snappy, gzip or zstd.", Refusal(file, StoredEncoding.Plain, Int64(1)));
    }

    private static byte[] Int64(long value) => BitConverter.GetBytes(value);

    private static List<string> Read(ForeignFile file, StoredEncoding encoding, byte[] values)
    {
        var bytes = file.ToBytes(encoding, values);
        var rows = Tables.Read(bytes, 1);
        Assert.Equal(rows, Tables.Read(bytes, 1000));
        return rows;
    }

    private static string Refusal(ForeignFile file, StoredEncoding encoding, byte[] values) =>
        Assert.Throws<InvalidDataException>(() => Tables.Read(file.ToBytes(encoding, values), 1000)).Message;
}
