using Pipeline.Parquet.Bloom;
using Pipeline.Parquet.Columns;

namespace Pipeline.Parquet;

/// <summary>What the caller of a writer must keep, said in sentences.</summary>
internal static class FieldChecks
{
    public static void CheckFields(IReadOnlyList<ParquetField> fields)
    {
        if (fields.Count == 0) throw new ArgumentException("A Parquet file needs at least one field.", nameof(fields));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (field.Name.Length == 0) throw new ArgumentException("A field has an empty name.", nameof(fields));
            if (!names.Add(field.Name)) throw new ArgumentException($"Two fields are named '{field.Name}'; rename one.", nameof(fields));
            if (field.Type.Kind == ParquetKind.Decimal && field.Type.Precision == 0)
                throw new ArgumentException($"Field '{field.Name}' is a decimal without a precision.", nameof(fields));
        }
    }

    /// <summary>Field numbers of sort columns.</summary>
    public static IReadOnlyList<(int Field, ParquetSortColumn Sort)> SortIndexes(
        IReadOnlyList<ParquetField> fields, IReadOnlyList<ParquetSortColumn> sortedBy)
    {
        var names = fields.Select(field => field.Name).ToList();
        var indexes = sortedBy.Select(sort => (Field: names.IndexOf(sort.Field), Sort: sort)).ToList();
        if (indexes.Find(index => index.Field < 0).Sort is { } unknown)
            throw new ArgumentException($"The rows cannot be ordered by '{unknown.Field}': no field has that name.", nameof(sortedBy));
        return indexes;
    }

    public static void CheckBlooms(IReadOnlyList<ParquetField> fields, IReadOnlyList<string> bloomColumns)
    {
        foreach (var name in bloomColumns)
        {
            var field = fields.FirstOrDefault(each => each.Name == name)
                ?? throw new ArgumentException($"A bloom filter of '{name}' cannot be made: no field has that name.", nameof(bloomColumns));
            if (!BloomBuilder.CanHold(field.Type.Kind))
                throw new ArgumentException(
                    $"A bloom filter of '{name}' cannot be made: nobody looks for one value of type {field.Type}.", nameof(bloomColumns));
        }
    }

    public static void CheckColumns(IReadOnlyList<ParquetField> fields, IReadOnlyList<Column> columns)
    {
        if (columns.Count != fields.Count)
            throw new ArgumentException($"{columns.Count} columns were given for {fields.Count} fields.", nameof(columns));
        for (var i = 0; i < fields.Count; i++)
        {
            var (field, column) = (fields[i], columns[i]);
            if (!Fits(field.Type.Kind, column))
                throw new ArgumentException(
                    $"Column '{field.Name}' is a {Name(column)}; a field of type {field.Type} cannot hold it.", nameof(columns));
            if (column.Count != columns[0].Count)
                throw new ArgumentException(
                    $"Column '{field.Name}' has {column.Count} rows, '{fields[0].Name}' has {columns[0].Count}.", nameof(columns));
            if (!field.Nullable && column.NullCount > 0)
                throw new ArgumentException(
                    $"Column '{field.Name}' has {column.NullCount} null row(s); its field is not nullable.", nameof(columns));
            if (column is FixedColumn<Int128> decimals) CheckDigits(field, decimals.Values);
        }
    }

    private static bool Fits(ParquetKind kind, Column column) => kind switch
    {
        ParquetKind.Utf8 or ParquetKind.Json => column is TextColumn,
        ParquetKind.Int64 or ParquetKind.Timestamp => column is FixedColumn<long>,
        ParquetKind.Float64 => column is FixedColumn<double>,
        ParquetKind.Bool => column is FixedColumn<bool>,
        ParquetKind.Decimal => column is FixedColumn<Int128>,
        _ => column is FixedColumn<int>,
    };

    private static void CheckDigits(ParquetField field, ReadOnlySpan<Int128> values)
    {
        var limit = field.Type.DecimalLimit;
        for (var row = 0; row < values.Length; row++)
            if (values[row] >= limit || values[row] <= -limit)
                throw new ArgumentException(
                    $"Column '{field.Name}', row {row}: the value has more than {field.Type.Precision} digits.", "columns");
    }

    private static string Name(Column column) =>
        column.GetType() is { IsGenericType: true } type ? $"FixedColumn<{type.GenericTypeArguments[0].Name}>" : column.GetType().Name;
}
