using System.IO.Compression;
using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Parquet.Codecs;

namespace Pipeline.Tests.Unit.Transforms.Files;

public sealed class CutterTests
{
    private static readonly DatasetContract Contract = Given.Contract(
        new ColumnSpec("id", new(ColumnKind.Int64), ["id"], Required: true), new ColumnSpec("name", new(ColumnKind.String), ["name"])) with
        { Limits = new(MaxRecordBytes: 200) };

    private static readonly DatasetContract Csv = GivenFiles.Csv(Contract);
    private static readonly DatasetContract Lines = GivenFiles.JsonLines(Contract);

    [Fact]
    public void Lines_of_json_are_the_same_rows_however_they_are_cut()
    {
        var text = "\uFEFF" + string.Concat(Enumerable.Range(0, 500).Select(i => (i % 9) switch
        {
            3 => "\n",
            5 => " \t\r\n",
            7 => $"{{\"id\":{i},\r\n",
            8 => $"{{\"id\":{i},\"name\":\"{new string('x', i)}\"}}\n",
            _ => $"{{\"id\":{i},\"name\":\"{i}\"}}\r\n",
        })) + new string('y', 4_000) + "\n{\"id\":1}";
        var whole = GivenFiles.Decode(Lines, text);
        Assert.InRange(whole.Batch.Rows, 250, 400);
        Assert.InRange(whole.Rejections.Count, 50, 100);
        foreach (var chunkBytes in new[] { 1, 7, 100, 999, 5_000 })
        {
            var cut = GivenFiles.Decode(Lines, new DribblingStream(Encoding.UTF8.GetBytes(text), new(chunkBytes), most: 1_000), chunkBytes);
            Assert.Equal(whole.Batch.Positions.Values.ToArray(), cut.Batch.Positions.Values.ToArray());
            Assert.Equal(Told(whole.Rejections), Told(cut.Rejections));
            Assert.Equal(whole.Records, cut.Records);
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("gzip of two members")]
    [InlineData("zstd")]
    [InlineData("zstd of two frames")]
    public void A_compressed_file_is_the_text_it_was_made_of(string how)
    {
        var text = Rows(10_000);
        var result = GivenFiles.Decode(Csv, new DribblingStream(Compress(text, how), new(1), most: 3_000), chunkBytes: 5_000);
        Assert.Equal((10_000, 0), (result.Batch.Rows, result.Rejections.Count));
        Assert.Equal(GivenFiles.Decode(Csv, text).Batch.Positions.Values.ToArray(), result.Batch.Positions.Values.ToArray());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("gzip of two members")]
    [InlineData("zstd")]
    [InlineData("zstd of two frames")]
    public void What_lies_before_the_damage_is_read_and_the_damage_is_told_once(string how)
    {
        var bytes = Compress(Rows(100_000), how);
        var result = GivenFiles.Decode(Csv, new MemoryStream(bytes[..^(bytes.Length / 4)]), chunkBytes: 5_000);
        var rejection = Assert.Single(result.Rejections);
        Assert.Equal(RejectionCode.DamagedFile, rejection.Code);
        Assert.Matches("^The file's (gzip|zstd) data is damaged or cut off: nothing behind byte [0-9]+ of the decompressed file can be read[.]$", rejection.Message);
        Assert.InRange(result.Batch.Rows, 20_000, 99_999);
        Assert.Equal($"{result.Batch.Rows - 1}", result["id", result.Batch.Rows - 1]);
        Assert.True(rejection.Position > result.Batch.Positions.Values[^1]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public void Bytes_behind_compressed_data_are_damage_and_not_passed_over(string how)
    {
        var result = GivenFiles.Decode(Csv, new MemoryStream([.. Compress(Rows(1_000), how), .. "id,name\n1,a\n"u8]));
        Assert.Equal((1_000, RejectionCode.DamagedFile), (result.Batch.Rows, Assert.Single(result.Rejections).Code));
    }

    [Fact]
    public void Compressed_data_that_was_changed_ends_in_damage()
    {
        var bytes = Compress(Rows(100_000), "gzip");
        bytes.AsSpan(bytes.Length * 3 / 4, 20).Fill(0xFF);
        var result = GivenFiles.Decode(Csv, new MemoryStream(bytes));
        Assert.Equal(RejectionCode.DamagedFile, result.Rejections[^1].Code);
        Assert.Equal(Enumerable.Range(0, 50_000).Select(i => $"{i}"), Enumerable.Range(0, 50_000).Select(row => result["id", row]));
    }

    [Fact]
    public void Zeros_behind_gzip_are_padding()
    {
        var result = GivenFiles.Decode(Csv, new MemoryStream([.. Compress(Rows(1_000), "gzip"), .. new byte[512]]));
        Assert.Equal((1_000, 0), (result.Batch.Rows, result.Rejections.Count));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public void A_file_of_utf16_is_refused_with_a_sentence(string encoding)
    {
        var text = Encoding.GetEncoding(encoding);
        var result = GivenFiles.Decode(Csv, new MemoryStream([.. text.GetPreamble(), .. text.GetBytes(Rows(10))]));
        Assert.Equal("The file is UTF-16 or UTF-32; it must be UTF-8.", Assert.Single(result.Rejections).Message);
    }

    [Fact]
    public void Files_without_records_have_no_chunks()
    {
        Assert.All(new[] { "", "\n", "id,name", "\uFEFF", "\n\nid,name\n\n" }, text => Assert.Empty(GivenFiles.Cut(Csv, new MemoryStream(Encoding.UTF8.GetBytes(text)))));
        Assert.All(new[] { "", "\n", " \r\n\t\n" }, text => Assert.Empty(GivenFiles.Cut(Lines, new MemoryStream(Encoding.UTF8.GetBytes(text)))));
    }

    [Fact]
    public void A_line_of_any_size_comes_in_pieces_that_are_refused_and_the_rest_is_read()
    {
        var file = $"id,name\n1,a\n2,{new string('x', 10_000)}\n3,c\n";
        var result = GivenFiles.Decode(Csv, file, chunkBytes: 50);
        Assert.Equal(["1", "3"], Enumerable.Range(0, result.Batch.Rows).Select(row => result["id", row]));
        Assert.Equal([3201, 3201, 3201, 400], result.Rejections.Select(each => each.Record.Length));
        Assert.All(result.Rejections, each => Assert.Equal(RejectionCode.TooLarge, each.Code));
    }

    [Fact]
    public void Chunks_lie_one_behind_the_other_and_are_about_as_large_as_asked()
    {
        var chunks = GivenFiles.Cut(Csv, new MemoryStream(Encoding.UTF8.GetBytes(Rows(10_000))), chunkBytes: 2_000);
        Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.Equal(pair.First.Position + pair.First.Length, pair.Second.Position));
        Assert.All(chunks.SkipLast(1), chunk => Assert.InRange(chunk.Value.Length, 2_000, 2_200));
    }

    private static string Rows(int count) => "id,name\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"{i},\"name {i * 7919L % 10007}\"\n"));

    private static List<string> Told(RejectionList rejections) =>
        [.. rejections.Select(each => $"{each.Position} {each.Code} {each.Message} {Encoding.UTF8.GetString(each.Record.Span)}")];

    private static byte[] Compress(string text, string how)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Func<byte[], byte[]> compress = how.StartsWith("gzip", StringComparison.Ordinal) ? Gzip : Zstd;
        return how.Contains("two") ? [.. compress(bytes[..(bytes.Length / 3)]), .. compress(bytes[(bytes.Length / 3)..])] : compress(bytes);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return compressed.ToArray();
    }

    private static byte[] Zstd(byte[] bytes)
    {
        using var zstd = new ZstdCompressor(1);
        var room = new byte[ZstdCompressor.MaxCompressedBytes(bytes.Length)];
        return room[..zstd.Compress(bytes, room)];
    }
}
