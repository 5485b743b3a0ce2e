using Pipeline.Parquet.Codecs;
using Pipeline.Parquet.Footer;

namespace Pipeline.Parquet.Encoding;

/// <summary>Compresses the pages of one column chunk after the other, writes them behind their headers, and keeps count.</summary>
internal sealed class PageWriter : IDisposable
{
    private readonly PageCodec codec;
    private readonly ByteBuffer header = new();
    private readonly ThriftCompactWriter headerThrift;
    private readonly int maxPageBytes;
    private Stream destination = Stream.Null;
    private long start, dictionaryOffset, dataOffset, rawBytes, storedBytes;
    private DataPage[] dataPages = new DataPage[16];
    private int dataPageCount;
    private PageEncoding dataEncoding;

    public PageWriter(ParquetOptions options)
    {
        codec = PageCodec.Create(options);
        headerThrift = new ThriftCompactWriter(header);
        maxPageBytes = options.MaxPageBytes;
    }

    /// <summary>The page being filled.</summary>
    private ByteBuffer Page { get; } = new();

    /// <summary>The data pages of the chunk; lent until the next begins.</summary>
    public ReadOnlySpan<DataPage> DataPages => dataPages.AsSpan(0, dataPageCount);

    /// <summary>Begins a chunk.</summary>
    /// <param name="offset">Bytes written to the destination so far.</param>
    public void Begin(Stream stream, long offset)
    {
        destination = stream;
        (start, dictionaryOffset, dataOffset, rawBytes, storedBytes, dataPageCount) = (offset, -1, -1, 0, 0, 0);
    }

    /// <summary>Ends the chunk.</summary>
    public ColumnChunk End(int rows, int nulls, ValueBounds bounds)
    {
        destination = Stream.Null;
        return new(dictionaryOffset, dataOffset, dataEncoding, rawBytes, storedBytes, rows, nulls, dataPageCount, bounds);
    }

    /// <summary>Writes the dictionary page; before the data pages.</summary>
    public void WriteDictionary<T>(T entries) where T : struct, IPageValues, allows ref struct
    {
        dictionaryOffset = start + storedBytes;
        Page.Clear();
        entries.Write(0, entries.Count, Page);
        var stored = codec.Compress(Page.Written, isPacked: false);
        header.Clear();
        PageHeader.WriteDictionary(headerThrift, entries.Count, Page.Length, stored.Length);
        Write(stored);
    }

    /// <summary>Writes all values of the chunk in as many data pages as they need.</summary>
    /// <param name="nullable">Whether pages hold definition levels.</param>
    public void WriteData<T>(T values, Presence presence, bool nullable, PageEncoding encoding)
        where T : struct, IPageValues, allows ref struct
    {
        (dataOffset, dataEncoding) = (start + storedBytes, encoding);
        var (row, value) = (0, 0);
        while (row < presence.Rows)
        {
            var count = values.Fit(value, maxPageBytes);
            // Nulls behind the last value of a page go with the next page; those behind the last of all with the last.
            var nextRow = value + count == values.Count ? presence.Rows : presence.RowAfter(row, count);
            Page.Clear();
            if (nullable) presence.WriteLevels(row, nextRow, Page);
            values.Write(value, count, Page);
            var stored = codec.Compress(Page.Written, isPacked: encoding is PageEncoding.RleDictionary or PageEncoding.DeltaBinaryPacked);
            header.Clear();
            PageHeader.WriteData(headerThrift, nextRow - row, encoding, Page.Length, stored.Length);
            var offset = start + storedBytes;
            Write(stored);
            AddPage(new(offset, header.Length + stored.Length, row, nextRow - row, value, count));
            (row, value) = (nextRow, value + count);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => codec.Dispose();

    private void AddPage(DataPage page)
    {
        if (dataPageCount == dataPages.Length) Array.Resize(ref dataPages, dataPageCount * 2);
        dataPages[dataPageCount++] = page;
    }

    private void Write(ReadOnlySpan<byte> stored)
    {
        destination.Write(header.Written);
        destination.Write(stored);
        rawBytes += header.Length + Page.Length;
        storedBytes += header.Length + stored.Length;
    }
}
