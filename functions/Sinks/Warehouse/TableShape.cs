using Pipeline.Domain.Datasets;

namespace Pipeline.Sinks.Warehouse;

/// <summary>The table a contract asks for: the contract's columns in their order, then where each row came from.</summary>
/// <param name="Table">Name in the warehouse schema.</param>
/// <param name="Key">The merge key, which is the primary key.</param>
/// <param name="NewerBy">The column that decides which of two rows with one key stays; null where the later position does.</param>
/// <param name="Columns">The contract's columns, then <see cref="Shard"/>, <see cref="Position"/>, <see cref="Publication"/>.</param>
internal sealed record TableShape(string Table, IReadOnlyList<string> Key, TableColumn? NewerBy, IReadOnlyList<TableColumn> Columns)
{
    /// <summary>The columns that tell a row's slice; null unless slices are replaced.</summary>
    public SliceColumns? Slice { get; init; }

    /// <summary>The shard a row came from.</summary>
    public const string Shard = "_shard";

    /// <summary>Its position there.</summary>
    public const string Position = "_position";

    /// <summary>The publication that wrote it last.</summary>
    public const string Publication = "_publication";

    /// <summary>The table with its schema, quoted.</summary>
    public string QualifiedName => $"{Identifiers.Schema}.{Identifiers.Quote(Table)}";

    /// <summary>Columns that are staged: all but <see cref="Publication"/>, which is one value for a whole merge.</summary>
    public IEnumerable<TableColumn> Staged => Columns.Where(column => column.Name != Publication);

    private static bool IsOf(SliceColumns? slice, string column) =>
        slice is not null && (column == slice.Source || column == slice.Account || column == slice.Stream);

    /// <summary>Derives the shape; null when the contract has no table.</summary>
    public static TableShape? Of(DatasetContract contract)
    {
        if (contract.Table is not { } table) return null;
        // Keys and the order of rows compare bytes: the same result under every locale, and no index that a libc upgrade breaks.
        var columns = contract.Columns.Select(column => new TableColumn(
            column.Name, column.Type, column.Required || table.Key.Contains(column.Name),
            table.Key.Contains(column.Name) || column.Name == table.NewerBy || IsOf(table.Slice, column.Name))).ToList();
        return new(table.Name, table.Key, table.NewerBy is { } newerBy ? columns[contract.IndexOf(newerBy)] : null,
        [
            .. columns,
            new(Shard, new(ColumnKind.String), Required: true, ByteOrder: true),
            new(Position, new(ColumnKind.Int64), Required: true, ByteOrder: false),
            new(Publication, new(ColumnKind.Int64), Required: true, ByteOrder: false),
        ])
        {
            Slice = table.Mode == TableMode.ReplaceSlice ? table.Slice : null,
        };
    }
}

/// <summary>One column of a warehouse table.</summary>
/// <param name="ByteOrder">Texts compare by their bytes (collation C).</param>
internal sealed record TableColumn(string Name, ColumnType Type, bool Required, bool ByteOrder)
{
    /// <summary>Its PostgreSQL type, as <c>format_type</c> spells it.</summary>
    public string SqlType => Type.Kind switch
    {
        ColumnKind.String => "text",
        ColumnKind.Int64 => "bigint",
        ColumnKind.Float64 => "double precision",
        ColumnKind.Decimal => $"numeric({Type.Precision},{Type.Scale})",
        ColumnKind.Bool => "boolean",
        ColumnKind.Timestamp => "timestamp with time zone",
        ColumnKind.Date => "date",
        ColumnKind.Json => "jsonb",
        _ => throw new InvalidOperationException($"Column {Name} has the unknown type {Type}."),
    };

    /// <summary>Its type while staged: JSON stays text until the merge, where a value that jsonb refuses costs one row and not the COPY.</summary>
    public string StagedType => Type.Kind == ColumnKind.Json ? "text" : SqlType;

    /// <summary>Collation clause of its definition.</summary>
    public string Collation => ByteOrder && Type.Kind == ColumnKind.String ? " COLLATE \"C\"" : "";

    /// <summary>The value to order rows by; null is older than every value, so that any two rows compare.</summary>
    public string OrderValue(string alias)
    {
        var value = $"{alias}.{Identifiers.Quote(Name)}{Collation}";
        if (Required) return value;
        return Type.Kind switch
        {
            ColumnKind.Int64 => $"coalesce({value}, '{long.MinValue}'::bigint)",
            ColumnKind.Float64 or ColumnKind.Decimal or ColumnKind.Timestamp or ColumnKind.Date => $"coalesce({value}, '-infinity')",
            ColumnKind.Bool => $"coalesce({value}, false)",
            _ => $"coalesce({value}, '')",
        };
    }
}
