using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Avro.Containers;
using Pipeline.Transforms.Avro.Plans;
using Pipeline.Transforms.Avro.Schemas;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Json.Fields;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Rates;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Avro;

/// <summary>Decodes pieces of container files, as <see cref="Files.OcfCutter"/> cuts them: whole blocks, still compressed.</summary>
/// <remarks>A block that cannot be read to its last byte is refused as a whole, and no other with it.</remarks>
internal sealed class AvroFileDecoder(DatasetContract contract, IRates? rates) : IBlockDecoder
{
    private readonly AvroRows rows = new(new(contract, rates));
    private readonly OcfInflater inflater = new();
    private byte[] key = [];
    private OcfHeader? header;
    private AvroPlan? plan;
    private (RejectionCode Code, string Reason)? fault = (RejectionCode.DamagedFile, "The piece was landed without the head of its file.");

    /// <inheritdoc/>
    public int Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused = null)
    {
        rows.Bind(batch, refused);
        var records = 0;
        for (var piece = 0; piece < block.Count; piece++)
        {
            Open(block.Key(piece) ?? default);
            var (value, position) = (block.Value(piece), block.Positions[piece]);
            if (fault is var (code, reason))
                records += Refuse(new(code, "", block.Lengths[piece] < 0 ? RejectionText.NoValue : reason), value, position, rejections);
            else records += Decode(value, position, rejections);
            plan?.CountUnknown(unknown);
        }
        return records;
    }

    /// <inheritdoc/>
    public void Dispose() => inflater.Dispose();

    // The pieces of a file follow each other, all with the same head.
    private void Open(ReadOnlyMemory<byte> head)
    {
        if (head.Span.SequenceEqual(key) && header is not null) return;
        (key, plan) = (head.ToArray(), null);
        header = OcfHeader.Read(key, out fault);
        if (header is null) return;
        try
        {
            plan = rows.Compile(AvroSchemaReader.ReadWriters(header.Schema));
        }
        catch (InvalidDataException error)
        {
            (header, fault) = (null, (RejectionCode.DamagedFile, error.Message));
        }
    }

    private int Decode(ReadOnlyMemory<byte> piece, long position, IRejectionSink rejections)
    {
        var records = 0;
        while (!piece.IsEmpty)
        {
            if (OcfBlock.Read(piece.Span) is not { } block || block.Length + OcfBlock.SyncBytes > piece.Length)
                return records + Refuse(new(RejectionCode.DamagedBlock, "", "The piece does not end where its last block does."),
                    piece, position, rejections);
            records += Decode(block, piece[..block.Length], position, rejections);
            position += block.Data;
            piece = piece[(block.Length + OcfBlock.SyncBytes)..];
        }
        return records;
    }

    private int Decode(in OcfBlock block, ReadOnlyMemory<byte> bytes, long position, IRejectionSink rejections)
    {
        string damage;
        var before = plan!.Uncounted;
        try
        {
            var data = inflater.Inflate(header!.Codec, bytes[block.HeadBytes..]);
            if (Take(block, data, position) is not { } found) return rows.Finish(rejections);
            damage = found;
            rows.TakeBack();
            plan.Uncounted = before;
        }
        catch (InvalidDataException error)
        {
            damage = error.Message.TrimEnd('.');
        }
        return Refuse(new(RejectionCode.DamagedBlock, "", $"The block of {block.Data} records is damaged: {damage}."), bytes, position, rejections);
    }

    /// <returns>What is wrong with the block; null when nothing is.</returns>
    private string? Take(in OcfBlock block, ReadOnlySpan<byte> data, long position)
    {
        data.CopyTo(rows.Begin(data.Length));
        if (block.Data > (plan!.IsEmpty ? contract.Limits.MaxRecordBytes : data.Length)) return $"{data.Length} bytes cannot hold so many";
        var (at, end) = (rows.DataStart, rows.DataStart + data.Length);
        for (var datum = 0; datum < block.Data; datum++, at = rows.At)
            if (!rows.TryTake(plan, at, end, at, position + datum, isWhole: false)) return $"record {datum}, {rows.Damage}";
        return at == end ? null : $"{end - at} bytes follow its last record";
    }

    private int Refuse(in Fault fault, ReadOnlyMemory<byte> bytes, long position, IRejectionSink rejections)
    {
        bytes.Span.CopyTo(rows.Begin(bytes.Length));
        rows.Refuse(fault, (rows.DataStart, bytes.Length, position));
        return rows.Finish(rejections);
    }
}
