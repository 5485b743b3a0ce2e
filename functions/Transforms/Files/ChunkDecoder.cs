using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Files;

/// <summary>Decodes pieces of dropped text files (<see cref="FileChunk"/>): each of the segment's records holds many. A record's position
/// is its piece's and its place in the piece.</summary>
internal abstract class ChunkDecoder(int maxRecordBytes) : IBlockDecoder
{
    private byte[] lastKey = [];
    private ChunkHeader? header;
    private Fault? fault;

    private static Fault Unreadable => new(RejectionCode.DamagedFile, "", "The piece was landed without a header that can be read.");

    /// <inheritdoc/>
    public int Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused = null)
    {
        var records = 0;
        for (var chunk = 0; chunk < block.Count; chunk++)
        {
            if (FaultOf(block, chunk) is { } found)
            {
                rejections.Refuse(new(found.Code, found.Field, batch.Shard, block.Positions[chunk], found.Message, block.Value(chunk)));
                records++;
            }
            else records += DecodeChunk(block, chunk, batch, rejections, unknown, refused);
        }
        return records;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Takes the header of the pieces that follow.</summary>
    /// <returns>Why none of them can be read; null when they can.</returns>
    protected abstract Fault? Open(ChunkHeader chunks);

    /// <summary>Decodes a piece under the header opened last.</summary>
    /// <returns>Records in it.</returns>
    protected abstract int DecodeChunk(
        SegmentBlock block, int chunk, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused);

    private Fault? FaultOf(SegmentBlock block, int chunk)
    {
        if (block.Lengths[chunk] < 0) return new(RejectionCode.NoValue, "", "The piece has no value.");
        if (block.Key(chunk) is not { } key) return Unreadable;
        if (header is not null && key.Span.SequenceEqual(lastKey)) return fault;
        lastKey = key.ToArray();
        header = ChunkHeader.Read(lastKey);
        return fault = header switch
        {
            null => Unreadable,
            { Damage: { } damage } => new(RejectionCode.DamagedFile, "", damage),
            { IsRest: true } => new(RejectionCode.TooLarge, "",
                $"The piece goes on with a record that is larger than the contract's max_record_bytes, {maxRecordBytes}."),
            _ => Open(header),
        };
    }
}
