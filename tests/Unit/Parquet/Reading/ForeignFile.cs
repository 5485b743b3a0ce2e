using Pipeline.Parquet.Encoding;
using Pipeline.Parquet.Footer;
using Pipeline.Parquet.Reading;

namespace Pipeline.Tests.Unit.Parquet.Reading;

/// <summary>A file of one column as other writers write it: whatever type, annotation, encoding and pages.</summary>
internal sealed record ForeignFile(StoredType Type, int Rows)
{
    public bool Nullable { get; init; }

    public int? Converted { get; init; }

    public int Width { get; init; }

    public int Precision { get; init; }

    public StoredCodec Codec { get; init; }

    /// <summary>The entries, PLAIN; null for no dictionary.</summary>
    public (int Count, byte[] Bytes)? Dictionary { get; init; }

    /// <summary>Levels of a page of the second version; null for one of the first.</summary>
    public byte[]? Levels { get; init; }

    public byte[] ToBytes(StoredEncoding encoding, params byte[] values)
    {
        var file = new ByteBuffer();
        file.Write("PAR1"u8);
        if (Dictionary is { } dictionary) WriteDictionary(file, dictionary);
        if (Levels is null) WriteFirstVersion(file, encoding, values);
        else WriteSecondVersion(file, encoding, [.. Levels, .. values], Levels.Length);
        var pagesEnd = file.Length;
        WriteFooter(file, pagesEnd - 4);
        file.WriteInt32(file.Length - pagesEnd);
        file.Write("PAR1"u8);
        return file.Written.ToArray();
    }

    private static ThriftCompactWriter BeginPage(ByteBuffer file, PageKind kind, int bytes)
    {
        var thrift = new ThriftCompactWriter(file);
        thrift.BeginStruct();
        thrift.Int32(1, (int)kind);
        thrift.Int32(2, bytes);
        thrift.Int32(3, bytes);
        return thrift;
    }

    private static void WriteDictionary(ByteBuffer file, (int Count, byte[] Bytes) dictionary)
    {
        var thrift = BeginPage(file, PageKind.Dictionary, dictionary.Bytes.Length);
        thrift.BeginStruct(7);
        thrift.Int32(1, dictionary.Count);
        thrift.Int32(2, (int)StoredEncoding.PlainDictionary);
        thrift.EndStruct();
        thrift.EndStruct();
        file.Write(dictionary.Bytes);
    }

    private void WriteFirstVersion(ByteBuffer file, StoredEncoding encoding, byte[] page)
    {
        var thrift = BeginPage(file, PageKind.Data, page.Length);
        thrift.BeginStruct(5);
        thrift.Int32(1, Rows);
        thrift.Int32(2, (int)encoding);
        thrift.Int32(3, (int)StoredEncoding.Rle);
        thrift.Int32(4, (int)StoredEncoding.Rle);
        thrift.EndStruct();
        thrift.EndStruct();
        file.Write(page);
    }

    private void WriteSecondVersion(ByteBuffer file, StoredEncoding encoding, byte[] page, int levelBytes)
    {
        var thrift = BeginPage(file, PageKind.DataV2, page.Length);
        thrift.BeginStruct(8);
        thrift.Int32(1, Rows);
        thrift.Int32(2, 0);
        thrift.Int32(3, Rows);
        thrift.Int32(4, (int)encoding);
        thrift.Int32(5, levelBytes);
        thrift.Int32(6, 0);
        thrift.Bool(7, false);
        thrift.EndStruct();
        thrift.EndStruct();
        file.Write(page);
    }

    private void WriteFooter(ByteBuffer file, int pageBytes)
    {
        var thrift = new ThriftCompactWriter(file);
        thrift.BeginStruct();
        thrift.Int32(1, 1);
        thrift.BeginList(2, ThriftCompactWriter.StructCode, 2);
        thrift.BeginStruct();
        thrift.Text(4, "root");
        thrift.Int32(5, 1);
        thrift.EndStruct();
        WriteLeaf(thrift);
        thrift.Int64(3, Rows);
        thrift.BeginList(4, ThriftCompactWriter.StructCode, 1);
        thrift.BeginStruct();
        thrift.BeginList(1, ThriftCompactWriter.StructCode, 1);
        WriteChunk(thrift, pageBytes);
        thrift.Int64(3, Rows);
        thrift.EndStruct();
        thrift.EndStruct();
    }

    private void WriteLeaf(ThriftCompactWriter thrift)
    {
        thrift.BeginStruct();
        thrift.Int32(1, (int)Type);
        if (Width > 0) thrift.Int32(2, Width);
        thrift.Int32(3, Nullable ? 1 : 0);
        thrift.Text(4, "v");
        if (Converted is { } converted) thrift.Int32(6, converted);
        if (Precision > 0) thrift.Int32(8, Precision);
        thrift.EndStruct();
    }

    private void WriteChunk(ThriftCompactWriter thrift, int pageBytes)
    {
        thrift.BeginStruct();
        thrift.BeginStruct(3);
        thrift.Int32(1, (int)Type);
        thrift.Int32(4, (int)Codec);
        thrift.Int64(5, Rows);
        thrift.Int64(7, pageBytes);
        thrift.Int64(9, 4);
        thrift.EndStruct();
        thrift.EndStruct();
    }
}
