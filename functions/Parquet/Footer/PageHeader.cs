using Pipeline.Parquet.Encoding;

namespace Pipeline.Parquet.Footer;

/// <summary>How a page's values are encoded (parquet.thrift, <c>Encoding</c>).</summary>
internal enum PageEncoding
{
    Plain = 0,
    Rle = 3,
    DeltaBinaryPacked = 5,
    DeltaByteArray = 7,
    RleDictionary = 8,
}

/// <summary>Writes page headers (parquet.thrift, <c>PageHeader</c>).</summary>
internal static class PageHeader
{
    private const int DataPage = 0, DictionaryPage = 2;

    /// <param name="rows">Values and nulls in the page.</param>
    public static void WriteData(ThriftCompactWriter thrift, int rows, PageEncoding encoding, int rawBytes, int storedBytes)
    {
        Begin(thrift, DataPage, rawBytes, storedBytes);
        thrift.BeginStruct(5);
        thrift.Int32(1, rows);
        thrift.Int32(2, (int)encoding);
        thrift.Int32(3, (int)PageEncoding.Rle);
        thrift.Int32(4, (int)PageEncoding.Rle);
        thrift.EndStruct();
        thrift.EndStruct();
    }

    public static void WriteDictionary(ThriftCompactWriter thrift, int entries, int rawBytes, int storedBytes)
    {
        Begin(thrift, DictionaryPage, rawBytes, storedBytes);
        thrift.BeginStruct(7);
        thrift.Int32(1, entries);
        thrift.Int32(2, (int)PageEncoding.Plain);
        thrift.EndStruct();
        thrift.EndStruct();
    }

    private static void Begin(ThriftCompactWriter thrift, int pageType, int rawBytes, int storedBytes)
    {
        thrift.BeginStruct();
        thrift.Int32(1, pageType);
        thrift.Int32(2, rawBytes);
        thrift.Int32(3, storedBytes);
    }
}
