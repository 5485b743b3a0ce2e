using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Masking;

/// <summary>Refuses records whose text is to be masked as an IP address and is none, while their bytes are still at hand.</summary>
internal sealed class AddressCheck(IBlockDecoder decoder, DatasetContract contract) : IBlockDecoder
{
    private readonly int[] addresses = [.. IndexesOf(contract)];
    private readonly RejectionText sentences = new();
    private readonly List<int> good = [];

    /// <summary>The decoder, checked where the contract asks for it.</summary>
    public static IBlockDecoder Around(IBlockDecoder decoder, DatasetContract contract) =>
        IndexesOf(contract).Any() ? new AddressCheck(decoder, contract) : decoder;

    /// <inheritdoc/>
    public ValueTask PrepareAsync(SegmentBlock block, RecordBatch batch, CancellationToken stopping) =>
        decoder.PrepareAsync(block, batch, stopping);

    /// <inheritdoc/>
    public int Decode(
        SegmentBlock block, RecordBatch batch, IRejectionSink rejections, UnknownFieldCounter unknown,
        IReadOnlyDictionary<long, string>? refused)
    {
        var first = batch.Rows;
        var records = decoder.Decode(block, batch, rejections, unknown, refused);
        good.Clear();
        for (var row = first; row < batch.Rows; row++)
        {
            if (FaultOf(batch, row) is not { } column) good.Add(row);
            else Refuse(column, block, batch, batch.Positions.Values[row], rejections);
        }
        if (good.Count != batch.Rows - first) Keep(batch, first);
        return records;
    }

    /// <inheritdoc/>
    public void Dispose() => decoder.Dispose();

    private static IEnumerable<int> IndexesOf(DatasetContract contract) => contract.Columns.Select((column, index) => (column, index))
        .Where(each => each.column.Mask is { Kind: MaskKind.TruncateIp }).Select(each => each.index);

    private int? FaultOf(RecordBatch batch, int row)
    {
        foreach (var index in addresses)
            if (!batch.Columns[index].IsNull(row) && !IpNetwork.IsAddress(((TextColumn)batch.Columns[index])[row])) return index;
        return null;
    }

    private void Refuse(int column, SegmentBlock block, RecordBatch batch, long position, IRejectionSink rejections)
    {
        var spec = contract.Columns[column];
        var field = spec.From is [var only] ? only : spec.Name;
        // A piece of a file holds many rows; its segment keeps them all.
        var isRow = contract.SourceOf(batch.Shard).Kind != SourceKind.Files;
        var record = isRow ? block.Value(block.Positions.BinarySearch(position)) : default;
        var sentence = sentences.OfField(RejectionCode.BadAddress, field);
        rejections.Refuse(new(RejectionCode.BadAddress, field, batch.Shard, position, sentence, record));
    }

    /// <summary>Leaves the good rows of the last block alone; it is done for few blocks, so it may take new columns.</summary>
    private void Keep(RecordBatch batch, int first)
    {
        var rows = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(good);
        var kept = new Column[batch.Columns.Count + 1];
        for (var i = 0; i < kept.Length; i++)
        {
            var from = i == batch.Columns.Count ? batch.Positions : batch.Columns[i];
            kept[i] = from.EmptyLike();
            kept[i].AppendRows(from, rows);
        }
        batch.Truncate(first);
        ReadOnlySpan<int> all = [.. Enumerable.Range(0, good.Count)];
        for (var i = 0; i < batch.Columns.Count; i++) batch.Columns[i].AppendRows(kept[i], all);
        batch.Positions.AppendRows(kept[^1], all);
    }
}
