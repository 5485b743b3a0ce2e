using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Masking;

/// <summary>Shows a batch with its masked columns masked: the last step before rows are staged or written.</summary>
public sealed class BatchMask : IDisposable
{
    private readonly MaskedColumn[] columns;
    private readonly int timeColumn;
    private RecordBatch? view;

    private BatchMask(MaskedColumn[] columns, int timeColumn) => (this.columns, this.timeColumn) = (columns, timeColumn);

    /// <summary>The masks of a validated contract; null when it asks for none.</summary>
    /// <exception cref="TerminalException">It asks for a key and there is none: nothing may be written in the clear instead.</exception>
    public static BatchMask? Of(DatasetContract contract, MaskKeys keys)
    {
        if (NeedsKey(contract) && keys.Count == 0)
            throw new TerminalException(
                $"Dataset {contract.Dataset} has masked columns and there is no key; set Masking:Keys, then plan it again.");
        var columns = contract.Columns.Select((column, index) => Of(contract, column, index, keys)).OfType<MaskedColumn>().ToArray();
        return columns.Length == 0 ? null : new(columns, TimeColumnOf(contract));
    }

    /// <summary>Whether a column's mask needs a key.</summary>
    public static bool NeedsKey(DatasetContract contract) => contract.Columns.Any(column => column.Mask is { NeedsKey: true });

    /// <summary>The rows of a batch as they may be written; lent until the next batch, and as long as the batch itself.</summary>
    public RecordBatch Apply(RecordBatch batch)
    {
        if (view?.Positions != batch.Positions) view = new([.. batch.Columns], batch.Positions);
        view.Shard = batch.Shard;
        for (var i = 0; i < batch.Columns.Count; i++) view.Replace(i, batch.Columns[i]);
        var times = timeColumn < 0 ? [] : ((FixedColumn<long>)batch.Columns[timeColumn]).Values;
        foreach (var column in columns) view.Replace(column.Target, column.Of(batch, times));
        return view;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var column in columns) column.Dispose();
    }

    private static MaskedColumn? Of(DatasetContract contract, ColumnSpec column, int index, MaskKeys keys) => column switch
    {
        { Mask.Kind: MaskKind.Drop } => new(index, index, [], _ => 0),
        { Mask.Kind: MaskKind.TruncateIp } => new(index, index, [new IpMask()], _ => 0),
        { Mask: { } mask } => new(index, index, keys.MasksOf(mask), keys.At),
        { Derive: { Kind: DerivationKind.PreviousMask } derive } when contract.IndexOf(derive.Column) is var source =>
            new(index, source, keys.MasksOf(contract.Columns[source].Mask!), keys.PreviousAt),
        _ => null,
    };

    // The event's own time is the first timestamp, as everywhere.
    private static int TimeColumnOf(DatasetContract contract)
    {
        for (var i = 0; i < contract.Columns.Count; i++)
            if (contract.Columns[i].Type.Kind == ColumnKind.Timestamp) return i;
        return -1;
    }
}
