using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms;

/// <summary>Makes the batch a contract's rows are decoded into.</summary>
public static class RecordBatches
{
    /// <summary>An empty batch with one column for each of the contract's.</summary>
    public static RecordBatch For(DatasetContract contract) => new([.. contract.Columns.Select(ColumnFor)]);

    // The dictionary of a text that is decoded is given up where it does not pay; what is made of any texts begins without one.
    private static Column ColumnFor(ColumnSpec column) => column.Derive?.Kind is DerivationKind.Coalesce or DerivationKind.RegisteredDomain
        ? new Utf8Column()
        : ColumnFor(column.Type);

    /// <summary>An empty column of the class that holds a type's values. Texts begin with a dictionary; the decoder gives it up where
    /// it does not pay.</summary>
    internal static Column ColumnFor(ColumnType type) => type.Kind switch
    {
        ColumnKind.String => new Utf8DictionaryColumn(new()),
        ColumnKind.Json => new Utf8Column(),
        ColumnKind.Int64 or ColumnKind.Timestamp => new FixedColumn<long>(),
        ColumnKind.Float64 => new FixedColumn<double>(),
        ColumnKind.Decimal => new FixedColumn<Int128>(),
        ColumnKind.Bool => new FixedColumn<bool>(),
        ColumnKind.Date => new FixedColumn<int>(),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type.Kind, "No column class holds this type."),
    };
}
