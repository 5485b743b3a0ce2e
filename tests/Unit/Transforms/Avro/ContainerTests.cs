using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>Container files, whole and damaged.</summary>
public sealed class ContainerTests
{
    private static readonly string Schema = GivenAvro.Schema("\"long\"");
    private static readonly DatasetContract Contract = GivenAvro.Files(GivenAvro.Contract(new(null), GivenAvro.Column("int64")));

    [Theory]
    [InlineData("null")]
    [InlineData("deflate")]
    public void A_file_is_read_to_its_end(string codec)
    {
        var decoded = GivenAvro.File(Contract, Numbers(codec).ToArray());
        Assert.Empty(decoded.Rejections);
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (string?)$"{i}"), Values(decoded));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => (long)i), decoded.Batch.Positions.Values.ToArray());
    }

    [Fact]
    public void A_file_that_arrives_in_drops_is_cut_alike()
    {
        var file = Numbers("null").ToArray();
        Assert.Equal(GivenAvro.Cut(file).Select(Text), GivenAvro.Cut(new Drops(file)).Select(Text));

        static string Text(Pipeline.Transforms.Files.FileChunk chunk) =>
            $"{chunk.Position} {chunk.Length} {Convert.ToHexString(chunk.Header.Span)} {Convert.ToHexString(chunk.Value.Span)}";
    }

    [Fact]
    public void Blocks_are_joined_into_pieces_of_a_mebibyte()
    {
        var file = new ContainerFile(GivenAvro.Schema("\"bytes\""));
        for (var i = 0; i < 100; i++) file.Block(new AvroBytes().Bytes(new byte[50_000]));
        var pieces = GivenAvro.Cut(file.ToArray());
        Assert.Equal([20L, 20, 20, 20, 20], pieces.Select(piece => piece.Length));
        Assert.All(pieces, piece => Assert.InRange(piece.Value.Length, 1_000_000, 1 << 20));
        Assert.Equal([0L, 20, 40, 60, 80], pieces.Select(piece => piece.Position));
    }

    [Theory]
    [InlineData(0, "the numbers in front of a block are impossible")]
    [InlineData(1, "the mark behind a block is not that of the file")]
    public void A_block_with_a_wrong_number_loses_itself_only(int at, string reason)
    {
        var file = Numbers("null");
        var bytes = file.ToArray();
        bytes[file.Starts[1] + at] ^= at == 0 ? (byte)1 : (byte)4;     // minus eleven records; two bytes more or fewer
        var decoded = GivenAvro.File(Contract, bytes);
        Assert.Equal([.. Range(0, 10), .. Range(20, 10)], Values(decoded));
        var rejection = Assert.Single(decoded.Rejections);
        Assert.Equal(RejectionCode.DamagedBlock, rejection.Code);
        Assert.Equal($"Bytes {file.Starts[1]} to {file.Starts[2] - 1} of the file are damaged: {reason}.", rejection.Message);
        Assert.Equal(bytes[file.Starts[1]..file.Starts[2]], rejection.Record.ToArray());
    }

    [Fact]
    public void A_damaged_mark_loses_its_block_only()
    {
        var file = Numbers("null");
        var bytes = file.ToArray();
        bytes[file.Starts[2] - 3] ^= 1;
        Assert.Equal([.. Range(0, 10), .. Range(20, 10)], Values(GivenAvro.File(Contract, bytes)));
    }

    [Fact]
    public void A_block_whose_records_do_not_fill_it_is_refused_as_a_whole()
    {
        var file = new ContainerFile(Schema).Block(new AvroBytes().Long(1)).Block(3, new AvroBytes().Long(1).Long(2).ToArray())
            .Block(1, new AvroBytes().Long(1).Long(2).ToArray()).Block(new AvroBytes().Long(4));
        var decoded = GivenAvro.File(Contract, file.ToArray());
        Assert.Equal(["1", "4"], Values(decoded));
        Assert.Equal(["The block of 3 records is damaged: 2 bytes cannot hold so many.",
            "The block of 1 records is damaged: 1 bytes follow its last record."], decoded.Rejections.Select(each => each.Message));
        Assert.Equal([0L, 5L], decoded.Batch.Positions.Values.ToArray());
    }

    [Fact]
    public void A_block_with_damaged_compression_is_refused_as_a_whole()
    {
        var file = Numbers("deflate");
        var bytes = file.ToArray();
        bytes[file.Starts[1] + 2] = 0x07;                       // a block type that RFC 1951 does not have
        var decoded = GivenAvro.File(Contract, bytes);
        Assert.Equal([.. Range(0, 10), .. Range(20, 10)], Values(decoded));
        Assert.Equal((RejectionCode.DamagedBlock, 10L), Assert.Single(decoded.Rejections.Select(each => (each.Code, each.Position))));
    }

    [Fact]
    public void A_file_that_was_cut_off_keeps_its_whole_blocks()
    {
        var file = Numbers("null");
        var decoded = GivenAvro.File(Contract, file.ToArray()[..(file.Starts[2] + 5)]);
        Assert.Equal(Range(0, 20), Values(decoded));
        Assert.EndsWith("the file ends in the middle of a block.", Assert.Single(decoded.Rejections).Message);
    }

    [Theory]
    [InlineData("bzip2")]
    [InlineData("xz")]
    public void Another_codec_is_refused_in_a_sentence(string codec)
    {
        var rejection = Assert.Single(GivenAvro.File(Contract, new ContainerFile(Schema, codec).ToArray()).Rejections);
        Assert.Equal(RejectionCode.DamagedFile, rejection.Code);
        Assert.StartsWith("The blocks of the file are compressed with a codec that is not read here", rejection.Message);
    }

    [Fact]
    public void What_is_no_container_file_is_refused_in_a_sentence()
    {
        var rejection = Assert.Single(GivenAvro.File(Contract, [.. "{\"a\":1}\n"u8]).Rejections);
        Assert.Equal("The file does not begin as an Avro container file does (Obj and a 1).", rejection.Message);
    }

    [Fact]
    public void A_file_whose_schema_is_wrong_is_refused_in_a_sentence()
    {
        var rejection = Assert.Single(GivenAvro.File(Contract, new ContainerFile("{\"type\":\"x\"}").Block(new AvroBytes().Long(1)).ToArray()).Rejections);
        Assert.Equal((RejectionCode.DamagedFile, "The writer's schema cannot be read: the schema has the type 'x', which is neither a type of Avro nor declared before."),
            (rejection.Code, rejection.Message));
    }

    [Fact]
    public void A_block_that_claims_records_without_end_is_refused()
    {
        var file = new ContainerFile(GivenAvro.Schema("\"null\"")).Block(60_000_000, []).Block(2, []);
        var decoded = GivenAvro.File(Contract, file.ToArray());
        Assert.Equal(2, decoded.Batch.Rows);
        Assert.Equal("The block of 60000000 records is damaged: 0 bytes cannot hold so many.", Assert.Single(decoded.Rejections).Message);
    }

    [Fact]
    public void What_decompresses_without_end_is_refused()
    {
        var file = new ContainerFile(GivenAvro.Schema("\"bytes\""), "deflate").Block(1, new byte[(64 << 20) + 1]);
        Assert.Equal("The block of 1 records is damaged: it decompresses to more than 64 MiB.",
            Assert.Single(GivenAvro.File(Contract, file.ToArray()).Rejections).Message);
    }

    [Fact]
    public void A_record_that_is_refused_leaves_its_block()
    {
        var contract = GivenAvro.Files(GivenAvro.Contract(new(null), GivenAvro.Column("string", required: true)));
        var file = new ContainerFile(GivenAvro.Schema("\"string\"")).Block(new AvroBytes().Text("a"), new AvroBytes().Bytes(0xFF), new AvroBytes().Text("c"));
        var decoded = GivenAvro.File(contract, file.ToArray());
        Assert.Equal(["a", "c"], Values(decoded));
        var rejection = Assert.Single(decoded.Rejections);
        Assert.Equal((RejectionCode.BadUtf8, "v", 1L), (rejection.Code, rejection.Field, rejection.Position));
        Assert.Equal(new byte[] { 2, 0xFF }, rejection.Record.ToArray());
        Assert.Equal(3, decoded.Records);
    }

    private static ContainerFile Numbers(string codec)
    {
        var file = new ContainerFile(Schema, codec);
        for (var block = 0; block < 3; block++) file.Block(Enumerable.Range(block * 10, 10).Select(i => new AvroBytes().Long(i)));
        return file;
    }

    private static IEnumerable<string?> Range(int from, int count) => Enumerable.Range(from, count).Select(i => (string?)$"{i}");

    private static List<string?> Values(Decoded decoded) => [.. Enumerable.Range(0, decoded.Batch.Rows).Select(row => decoded["c", row])];

    /// <summary>A stream that gives one byte at a time.</summary>
    private sealed class Drops(byte[] content) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
