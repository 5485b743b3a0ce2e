using Pipeline.Parquet.Columns;
using Pipeline.Parquet.Encoding;
using Pipeline.Parquet.Footer;

namespace Pipeline.Parquet;

/// <summary>Writes one Parquet file to a stream, row group by row group, never looking back. The same rows give the same bytes.</summary>
/// <remarks>
/// An open writer keeps the footer and the page index it will write and nothing else; what encoding needs is the shared
/// <see cref="ColumnEncoder"/>'s.
/// A writer that is not finished leaves bytes that no reader takes for a file. https://parquet.apache.org/docs/file-format/
/// </remarks>
public sealed class ParquetWriter
{
    private enum State { Open, Broken, Finished }

    private readonly Stream destination;
    private readonly IReadOnlyList<ParquetField> fields;
    private readonly ColumnEncoder encoder;
    private readonly FileFooter footer;
    private State state;

    /// <param name="destination">Only written to, from its present position on; neither flushed nor closed.</param>
    /// <param name="fields">The columns in their order; at least one, each name once.</param>
    /// <param name="encoder">Shared with other writers on the same thread.</param>
    /// <param name="metadata">Keys and values for the footer, in this order; null for none.</param>
    /// <param name="sortedBy">The columns the rows of every row group are ordered by, the most significant first; null for none.</param>
    /// <exception cref="ArgumentException">No fields, a name that is empty or repeated, a sort column that is not a field, or a bloom
    /// column that is none or of a type without filters.</exception>
    public ParquetWriter(
        Stream destination,
        IReadOnlyList<ParquetField> fields,
        ColumnEncoder encoder,
        IReadOnlyList<KeyValuePair<string, string>>? metadata = null,
        IReadOnlyList<ParquetSortColumn>? sortedBy = null)
    {
        FieldChecks.CheckFields(fields);
        FieldChecks.CheckBlooms(fields, encoder.Options.BloomColumns);
        this.destination = destination;
        this.fields = fields;
        this.encoder = encoder;
        footer = new FileFooter(fields, encoder.Options.Codec, metadata ?? [], FieldChecks.SortIndexes(fields, sortedBy ?? []));
    }

    /// <summary>Rows written.</summary>
    public long Rows => footer.Rows;

    /// <summary>Bytes written to the stream.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>Writes the rows of the columns as one row group; nothing when they have none.</summary>
    /// <param name="columns">One for each field, in order, all with as many rows. Not kept.</param>
    /// <exception cref="ArgumentException">The columns do not fit the fields; nothing was written, and the writer can go on.</exception>
    /// <exception cref="InvalidOperationException">The file is finished, or an earlier row group broke off.</exception>
    public void WriteRowGroup(IReadOnlyList<Column> columns)
    {
        ThrowUnlessOpen("write a row group");
        FieldChecks.CheckColumns(fields, columns);
        if (columns[0].Count == 0) return;
        state = State.Broken;           // until the last column is written
        WriteMagicFirst();
        footer.BeginRowGroup(BytesWritten, columns[0].Count);
        for (var i = 0; i < fields.Count; i++)
        {
            var chunk = encoder.Write(destination, BytesWritten, fields[i], columns[i]);
            BytesWritten += chunk.StoredBytes;
            footer.AddColumn(fields[i], chunk, encoder.DataPages, encoder.BoundsOfPages(fields[i], columns[i], chunk));
        }

        WriteBlooms(columns);
        footer.EndRowGroup();
        state = State.Open;
    }

    /// <summary>Writes the footer, which makes the bytes a file. A file without rows is a file.</summary>
    /// <exception cref="InvalidOperationException">The file is finished, or a row group broke off.</exception>
    public void Finish()
    {
        ThrowUnlessOpen("finish the file");
        state = State.Broken;
        WriteMagicFirst();
        var bytes = footer.ToBytes(BytesWritten);
        destination.Write(bytes);
        BytesWritten += bytes.Length;
        state = State.Finished;
    }

    // Behind the pages of the row group, where the format wants them: nobody has to keep them.
    private void WriteBlooms(IReadOnlyList<Column> columns)
    {
        foreach (var name in encoder.Options.BloomColumns)
        {
            var i = IndexOf(name);
            var bloom = encoder.Blooms.Build(fields[i].Type, columns[i]);
            destination.Write(bloom);
            footer.AddBloom(i, BytesWritten, bloom.Length);
            BytesWritten += bloom.Length;
        }
    }

    private int IndexOf(string name)
    {
        var i = 0;
        while (fields[i].Name != name) i++;
        return i;
    }

    private void WriteMagicFirst()
    {
        if (BytesWritten > 0) return;
        destination.Write(FileFooter.Magic);
        BytesWritten = FileFooter.Magic.Length;
    }

    private void ThrowUnlessOpen(string what)
    {
        if (state == State.Finished) throw new InvalidOperationException($"Cannot {what}: the file is finished already.");
        if (state == State.Broken)
            throw new InvalidOperationException(
                $"Cannot {what}: an earlier write failed part way, so the bytes so far are not a file. Start again.");
    }
}
