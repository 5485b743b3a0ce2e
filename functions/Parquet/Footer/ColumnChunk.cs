namespace Pipeline.Parquet.Footer;

/// <summary>The smallest and the largest value of a column chunk, laid out as PLAIN without a length.</summary>
/// <param name="Min">Null when it is not known: no values, a NaN among them, or texts that cannot be cut.</param>
/// <param name="Max">Null as <paramref name="Min"/>.</param>
/// <param name="MinIsExact">Whether the value occurs; a cut text is below every value.</param>
/// <param name="MaxIsExact">Whether the value occurs; a cut text is above every value.</param>
internal readonly record struct ValueBounds(byte[]? Min, byte[]? Max, bool MinIsExact = true, bool MaxIsExact = true);

/// <summary>What the footer says of one column of one row group.</summary>
/// <param name="DictionaryOffset">Where the dictionary page begins; -1 for none. Offsets count from the file's start.</param>
/// <param name="DataOffset">Where the first data page begins.</param>
/// <param name="Encoding">How the data pages' values are encoded.</param>
/// <param name="RawBytes">Page headers and pages before compression.</param>
/// <param name="StoredBytes">Page headers and pages as they are in the file.</param>
internal sealed record ColumnChunk(
    long DictionaryOffset, long DataOffset, PageEncoding Encoding, long RawBytes, long StoredBytes, int Rows, int Nulls, int DataPages,
    ValueBounds Bounds)
{
    public bool HasDictionary => DictionaryOffset >= 0;

    /// <summary>Where its bloom filter begins; 0 for none.</summary>
    public long BloomOffset { get; set; }

    /// <summary>Header and bits of its bloom filter.</summary>
    public int BloomBytes { get; set; }

    /// <summary>Bytes of its <c>ColumnIndex</c>; 0 for none.</summary>
    public int PageBoundsBytes { get; set; }

    /// <summary>Bytes of its <c>OffsetIndex</c>.</summary>
    public int PagePlacesBytes { get; set; }

    public long Offset => HasDictionary ? DictionaryOffset : DataOffset;

    /// <summary>Writes it as parquet.thrift's <c>ColumnChunk</c>, an element of a row group's list.</summary>
    /// <param name="boundsAt">Where its <c>ColumnIndex</c> begins, if it has one.</param>
    /// <param name="placesAt">Where its <c>OffsetIndex</c> begins.</param>
    public void Write(ThriftCompactWriter thrift, ParquetField field, ParquetCodec codec, long boundsAt, long placesAt)
    {
        thrift.BeginStruct();
        thrift.Int64(2, 0);     // file_offset: deprecated, 0 by the format's advice
        thrift.BeginStruct(3);
        thrift.Int32(1, (int)field.Type.Physical);
        WriteEncodings(thrift, field.Nullable);
        thrift.BeginList(3, ThriftCompactWriter.BinaryCode, 1);
        thrift.TextElement(field.Name);
        thrift.Int32(4, (int)codec);
        thrift.Int64(5, Rows);
        thrift.Int64(6, RawBytes);
        thrift.Int64(7, StoredBytes);
        thrift.Int64(9, DataOffset);
        if (HasDictionary) thrift.Int64(11, DictionaryOffset);
        WriteStatistics(thrift);
        WriteEncodingStatistics(thrift);
        if (BloomBytes > 0)
        {
            thrift.Int64(14, BloomOffset);
            thrift.Int32(15, BloomBytes);
        }

        thrift.EndStruct();
        thrift.Int64(4, placesAt);
        thrift.Int32(5, PagePlacesBytes);
        if (PageBoundsBytes > 0)
        {
            thrift.Int64(6, boundsAt);
            thrift.Int32(7, PageBoundsBytes);
        }

        thrift.EndStruct();
    }

    private void WriteEncodings(ThriftCompactWriter thrift, bool nullable)
    {
        thrift.BeginList(2, ThriftCompactWriter.Int32Code, 1 + (nullable ? 1 : 0) + (HasDictionary ? 1 : 0));
        thrift.Int32Element((int)(HasDictionary ? PageEncoding.Plain : Encoding));
        if (nullable) thrift.Int32Element((int)PageEncoding.Rle);
        if (HasDictionary) thrift.Int32Element((int)Encoding);
    }

    private void WriteStatistics(ThriftCompactWriter thrift)
    {
        thrift.BeginStruct(12);
        thrift.Int64(3, Nulls);
        if (Bounds.Max is not null) thrift.Binary(5, Bounds.Max);
        if (Bounds.Min is not null) thrift.Binary(6, Bounds.Min);
        if (Bounds.Max is not null) thrift.Bool(7, Bounds.MaxIsExact);
        if (Bounds.Min is not null) thrift.Bool(8, Bounds.MinIsExact);
        thrift.EndStruct();
    }

    private void WriteEncodingStatistics(ThriftCompactWriter thrift)
    {
        thrift.BeginList(13, ThriftCompactWriter.StructCode, HasDictionary ? 2 : 1);
        if (HasDictionary) WritePageCount(thrift, pageType: 2, PageEncoding.Plain, 1);
        WritePageCount(thrift, pageType: 0, Encoding, DataPages);
    }

    private static void WritePageCount(ThriftCompactWriter thrift, int pageType, PageEncoding encoding, int pages)
    {
        thrift.BeginStruct();
        thrift.Int32(1, pageType);
        thrift.Int32(2, (int)encoding);
        thrift.Int32(3, pages);
        thrift.EndStruct();
    }
}
