using Pipeline.Parquet.Encoding;

namespace Pipeline.Parquet.Footer;

/// <summary>Gathers a file's page index: where every data page is, and between which values its own are.</summary>
/// <remarks>
/// All of it stands before the footer, so that a reader that looks for few rows gets it in one request.
/// https://parquet.apache.org/docs/file-format/pageindex/
/// </remarks>
internal sealed class PageIndex
{
    private const int Unordered = 0, Ascending = 1, Descending = 2;

    private readonly ByteBuffer bounds = new(), places = new();
    private readonly ThriftCompactWriter boundsThrift, placesThrift;

    public PageIndex() => (boundsThrift, placesThrift) = (new ThriftCompactWriter(bounds), new ThriftCompactWriter(places));

    /// <summary>The chunks' <c>ColumnIndex</c>es in the order they were added.</summary>
    public ReadOnlySpan<byte> Bounds => bounds.Written;

    /// <summary>The chunks' <c>OffsetIndex</c>es in the order they were added.</summary>
    public ReadOnlySpan<byte> Places => places.Written;

    /// <summary>Adds the data pages of a column chunk.</summary>
    /// <param name="boundsOfPages">One for each page.</param>
    /// <returns>Bytes it takes; those of the bounds are 0 where a page has values between bounds nobody knows.</returns>
    public (int BoundsBytes, int PlacesBytes) Add(
        ParquetType type, ReadOnlySpan<DataPage> pages, ReadOnlySpan<ValueBounds> boundsOfPages)
    {
        var (boundsBefore, placesBefore) = (bounds.Length, places.Length);
        if (AreKnown(pages, boundsOfPages)) WriteBounds(type, pages, boundsOfPages);
        WritePlaces(pages);
        return (bounds.Length - boundsBefore, places.Length - placesBefore);
    }

    private static bool AreKnown(ReadOnlySpan<DataPage> pages, ReadOnlySpan<ValueBounds> boundsOfPages)
    {
        for (var i = 0; i < pages.Length; i++)
            if (pages[i].Values > 0 && (boundsOfPages[i].Min is null || boundsOfPages[i].Max is null)) return false;
        return true;
    }

    private void WriteBounds(ParquetType type, ReadOnlySpan<DataPage> pages, ReadOnlySpan<ValueBounds> boundsOfPages)
    {
        var thrift = boundsThrift;
        thrift.BeginStruct();
        thrift.BeginList(1, ThriftCompactWriter.BoolCode, pages.Length);
        foreach (var page in pages) thrift.BoolElement(page.Values == 0);
        thrift.BeginList(2, ThriftCompactWriter.BinaryCode, pages.Length);
        foreach (var each in boundsOfPages) thrift.BinaryElement(each.Min);
        thrift.BeginList(3, ThriftCompactWriter.BinaryCode, pages.Length);
        foreach (var each in boundsOfPages) thrift.BinaryElement(each.Max);
        thrift.Int32(4, OrderOf(type, pages, boundsOfPages));
        thrift.BeginList(5, ThriftCompactWriter.Int64Code, pages.Length);
        foreach (var page in pages) thrift.Int64Element(page.Rows - page.Values);
        thrift.EndStruct();
    }

    private void WritePlaces(ReadOnlySpan<DataPage> pages)
    {
        placesThrift.BeginStruct();
        placesThrift.BeginList(1, ThriftCompactWriter.StructCode, pages.Length);
        foreach (var page in pages)
        {
            placesThrift.BeginStruct();
            placesThrift.Int64(1, page.Offset);
            placesThrift.Int32(2, page.StoredBytes);
            placesThrift.Int64(3, page.FirstRow);
            placesThrift.EndStruct();
        }

        placesThrift.EndStruct();
    }

    // Pages of nulls alone have no place in the order.
    private static int OrderOf(ParquetType type, ReadOnlySpan<DataPage> pages, ReadOnlySpan<ValueBounds> boundsOfPages)
    {
        var (ascending, descending, before) = (true, true, -1);
        for (var i = 0; i < pages.Length; i++)
        {
            if (pages[i].Values == 0) continue;
            if (before >= 0)
            {
                var least = BoundOrder.Compare(type.Physical, boundsOfPages[before].Min, boundsOfPages[i].Min);
                var most = BoundOrder.Compare(type.Physical, boundsOfPages[before].Max, boundsOfPages[i].Max);
                ascending &= least <= 0 && most <= 0;
                descending &= least >= 0 && most >= 0;
            }

            before = i;
        }

        return ascending ? Ascending : descending ? Descending : Unordered;
    }
}
