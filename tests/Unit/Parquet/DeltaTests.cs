using System.Text;
using Pipeline.Parquet;
using Pipeline.Parquet.Codecs;
using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Encoding;
using Pipeline.Tests.Unit.Parquet.Reading;

namespace Pipeline.Tests.Unit.Parquet;

public sealed class DeltaTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(129)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void Ascending_numbers_come_back_and_take_fewer_bytes(int rows)
    {
        foreach (var stepBits in (int[])[1, 7, 24, 25, 33, 40])
        {
            var random = new Random(stepBits);
            var column = new FixedColumn<long>();
            var value = -5L;
            for (var row = 0; row < rows; row++) column.Append(value += random.NextInt64(1L << stepBits));
            var file = AssertComesBack(column, ParquetType.Int64, ParquetCodec.None);
            if (rows > 1000) Assert.InRange(file.Length, 1, rows * (stepBits + 2) / 8 + rows / 16 + 600);
        }
    }

    [Fact]
    public void Numbers_over_the_whole_range_come_back()
    {
        var column = new FixedColumn<long>();
        for (var row = 0; row < 200; row++) column.Append(long.MinValue + row * (long.MaxValue / 100));
        AssertComesBack(column, ParquetType.Int64, ParquetCodec.Zstd);
    }

    [Fact]
    public void Wrapping_differences_come_back_as_the_format_wants()
    {
        var buffer = new ByteBuffer();
        DeltaPacking.Write<long>([long.MaxValue, long.MinValue, 0, 7, long.MaxValue], buffer);
        var bytes = buffer.Written.ToArray();
        var reader = new Pipeline.Parquet.Reading.DeltaReader();
        reader.Begin(new([.. bytes, .. new byte[16]], 0, bytes.Length));
        Assert.Equal([long.MaxValue, long.MinValue, 0, 7, long.MaxValue], Enumerable.Range(0, 5).Select(_ => reader.Next()));
    }

    [Theory]
    [InlineData("user_", 200_000)]
    [InlineData("", int.MaxValue)]
    [InlineData("a shared beginning of more than sixteen bytes, é", 1_000_000)]
    public void Texts_that_begin_alike_come_back(string beginning, int ends)
    {
        var random = new Random(1);
        foreach (var rows in (int[])[1, 2, 40, 9000])
        {
            var column = new Utf8Column();
            for (var row = 0; row < rows; row++)
                column.Append(random.Next(9) == 0 ? [] : Encoding.UTF8.GetBytes($"{beginning}{random.Next(ends)}"));
            AssertComesBack(column, ParquetType.Utf8, ParquetCodec.Zstd);
            AssertComesBack(column, ParquetType.Utf8, ParquetCodec.None);
        }
    }

    [Fact]
    public void Identifiers_take_half_of_what_their_texts_take()
    {
        var random = new Random(1);
        var column = new Utf8Column();
        for (var row = 0; row < 20_000; row++) column.Append(Encoding.UTF8.GetBytes($"user_{random.Next(100_000, 200_000)}"));
        Assert.InRange(AssertComesBack(column, ParquetType.Utf8, ParquetCodec.None).Length, 1, 20_000 * 15 / 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(131_072)]
    [InlineData(131_073)]
    [InlineData(400_000)]
    public void A_stored_frame_is_one_that_zstd_reads(int length)
    {
        var content = new byte[length];
        new Random(1).NextBytes(content);
        var frame = new ByteBuffer();
        ZstdFrame.Store(content, frame);
        using var zstd = new ZstdDecompressor();
        var read = new byte[length];
        Assert.Equal(length, zstd.Decompress(frame.Written, read));
        Assert.Equal(content, read);
    }

    private static byte[] AssertComesBack(Column column, ParquetType type, ParquetCodec codec)
    {
        var file = Tables.Write([new("v", type, false)], [[column]], new ParquetOptions { Codec = codec });
        Assert.Equal(Tables.Rows([column]), Tables.Read(file, rowsAtOnce: 1000));
        return file;
    }
}
