using Pipeline.Domain.Segments;

namespace Pipeline.Domain.Datasets;

/// <summary>How records that were landed become rows.</summary>
public static class RecordRows
{
    /// <summary>Whether each record of a shard is one row, accepted or refused, whatever the contract says of its columns.</summary>
    /// <remarks>A provider's record is a page of rows; a piece of a file and a record of which rows are made item by item hold any number,
    /// which only their decoder knows.</remarks>
    public static bool IsRowEach(this DatasetContract contract, Shard shard) =>
        contract.SourceOf(shard) is { Pages: null, Kind: not SourceKind.Files } source && source.Avro?.RowsOf is null;
}
