using Pipeline.Domain.Datasets;
using Pipeline.Parquet;

namespace Pipeline.Transforms.Lake;

/// <summary>What a contract's Parquet files hold: all its columns but those that are folders.</summary>
public sealed class LakeSchema
{
    private LakeSchema(DatasetContract contract)
    {
        Contract = contract;
        Folders = [.. contract.Lake.PartitionBy.Select(contract.IndexOf)];
        Columns = [.. Enumerable.Range(0, contract.Columns.Count).Where(index => !Folders.Contains(index))];
        Fields = [.. Columns.Select(index => FieldOf(contract, contract.Columns[index]))];
        SortBy = [.. contract.Lake.SortBy.Select(name => Columns.IndexOf(contract.IndexOf(name))).Where(field => field >= 0)];
    }

    /// <summary>The contract it was made from.</summary>
    public DatasetContract Contract { get; }

    /// <summary>The file's columns in the contract's order.</summary>
    public IReadOnlyList<ParquetField> Fields { get; }

    /// <summary>For each field its column in the contract.</summary>
    internal List<int> Columns { get; }

    /// <summary>The contract's columns that are folders, outermost first.</summary>
    internal int[] Folders { get; }

    /// <summary>Fields a file's rows are ordered by. A folder's column is left out: it is the same in all rows of a file.</summary>
    internal int[] SortBy { get; }

    /// <summary>How pages are made.</summary>
    public ParquetOptions Options => new()
    {
        Codec = Contract.Lake.Codec switch
        {
            LakeCodec.None => ParquetCodec.None,
            LakeCodec.Snappy => ParquetCodec.Snappy,
            LakeCodec.Gzip => ParquetCodec.Gzip,
            _ => ParquetCodec.Zstd,
        },
        BloomColumns = Contract.Lake.Bloom,
    };

    /// <summary>The schema of a validated contract.</summary>
    public static LakeSchema Of(DatasetContract contract) => new(contract);

    /// <summary>What a file says about itself in its footer.</summary>
    internal KeyValuePair<string, string>[] Metadata(long publicationId) =>
    [
        new("dataset", Contract.Dataset), new("contract_version", $"{Contract.Version}"), new("publication_id", $"{publicationId}"),
    ];

    private static ParquetField FieldOf(DatasetContract contract, ColumnSpec column) =>
        new(column.Name, TypeOf(column.Type), !IsRequired(contract, column));

    /// <summary>A derived column is null where its source is.</summary>
    private static bool IsRequired(DatasetContract contract, ColumnSpec column) =>
        column.Derive is { } derive ? contract.Columns[contract.IndexOf(derive.Column)].Required : column.Required;

    private static ParquetType TypeOf(ColumnType type) => type.Kind switch
    {
        ColumnKind.String => ParquetType.Utf8,
        ColumnKind.Json => ParquetType.Json,
        ColumnKind.Int64 => ParquetType.Int64,
        ColumnKind.Float64 => ParquetType.Float64,
        ColumnKind.Decimal => ParquetType.Decimal(type.Precision, type.Scale),
        ColumnKind.Bool => ParquetType.Bool,
        ColumnKind.Timestamp => ParquetType.Timestamp,
        ColumnKind.Date => ParquetType.Date,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type.Kind, "No Parquet type holds this kind."),
    };
}
