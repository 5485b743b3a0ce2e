using Pipeline.Parquet;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Lake;

/// <summary>What all open files of a publication share while one of them is encoded.</summary>
internal sealed class LakeEncoder(LakeSchema schema, long publicationId) : IDisposable
{
    private readonly ColumnEncoder encoder = new(schema.Options);
    private readonly RowOrder order = new();
    private readonly Column?[] sorted = new Column?[schema.Columns.Count];
    private readonly MemoryStream output = new();

    /// <summary>A writer whose bytes come back from <see cref="Encode"/> and <see cref="End"/>.</summary>
    public ParquetWriter NewWriter() => new(
        output, schema.Fields, encoder, schema.Metadata(publicationId),
        [.. schema.SortBy.Select(field => new ParquetSortColumn(schema.Fields[field].Name))]);

    /// <summary>Orders the rows and encodes them as a row group.</summary>
    /// <returns>The file's next bytes, lent until the next call.</returns>
    public ReadOnlyMemory<byte> Encode(ParquetWriter writer, Column[] columns)
    {
        output.SetLength(0);
        var rows = order.Of(columns, schema.SortBy);
        writer.WriteRowGroup(rows.IsEmpty ? columns : Sorted(columns, rows));
        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <summary>Encodes the footer.</summary>
    /// <returns>The file's last bytes, lent until the next call.</returns>
    public ReadOnlyMemory<byte> End(ParquetWriter writer)
    {
        output.SetLength(0);
        writer.Finish();
        return output.GetBuffer().AsMemory(0, (int)output.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => encoder.Dispose();

    private Column[] Sorted(Column[] columns, ReadOnlySpan<int> rows)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (sorted[i] is not { } into || !columns[i].IsLike(into)) sorted[i] = into = columns[i].EmptyLike();
            into.Clear();
            into.AppendRows(columns[i], rows);
        }
        return sorted!;
    }
}
