namespace Pipeline.Parquet.Reading;

/// <summary>Kinds of pages (parquet.thrift, <c>PageType</c>).</summary>
internal enum PageKind
{
    Data = 0,
    Index = 1,
    Dictionary = 2,
    DataV2 = 3,
}

/// <summary>A page's header (parquet.thrift, <c>PageHeader</c>).</summary>
/// <param name="RawBytes">The page before compression.</param>
/// <param name="StoredBytes">The page as it is in the file, without its header.</param>
/// <param name="Crc">CRC-32 of the stored bytes; null when the writer gave none.</param>
/// <param name="Values">Values and nulls, or dictionary entries.</param>
/// <param name="LevelEncoding">Of definition levels; RLE in the second version.</param>
/// <param name="Rows">Second version only, like what follows; -1 otherwise.</param>
internal readonly record struct StoredPage(
    PageKind Kind, int RawBytes, int StoredBytes, int? Crc, int Values, StoredEncoding Encoding,
    StoredEncoding LevelEncoding, int Rows, int RepetitionBytes, int DefinitionBytes, bool IsCompressed)
{
    /// <summary>No page is larger, before or after compression: a few bytes can claim gigabytes; ours are about a mebibyte.</summary>
    public const int MaxBytes = 128 * 1024 * 1024;

    /// <summary>Bytes of this page that are levels of the second version, never compressed.</summary>
    public int LevelBytes => RepetitionBytes + DefinitionBytes;

    /// <param name="headerBytes">Bytes the header took.</param>
    public static StoredPage Read(ReadOnlySpan<byte> bytes, out int headerBytes)
    {
        var thrift = new ThriftCompactReader(bytes);
        var page = new StoredPage(
            (PageKind)(-1), -1, -1, null, 0, StoredEncoding.Plain, StoredEncoding.Rle, -1, 0, 0, IsCompressed: true);
        thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            switch (field)
            {
                case 1: page = page with { Kind = (PageKind)thrift.Int32(code) }; break;
                case 2: page = page with { RawBytes = thrift.Int32(code) }; break;
                case 3: page = page with { StoredBytes = thrift.Int32(code) }; break;
                case 4: page = page with { Crc = thrift.Int32(code) }; break;
                case 5 or 7: page = page.WithFirstVersion(ref thrift, code); break;
                case 8: page = page.WithSecondVersion(ref thrift, code); break;
                default: thrift.Skip(code); break;
            }
        }

        headerBytes = thrift.Position;
        return page;
    }

    /// <exception cref="InvalidDataException">A size is negative, above <see cref="MaxBytes"/>, or does not fit the others.</exception>
    public void Check()
    {
        if (RawBytes < 0 || StoredBytes < 0 || Values < 0 || RepetitionBytes < 0 || DefinitionBytes < 0)
            throw Damage.Is("its header says a negative size or number.");
        if (RawBytes > MaxBytes || StoredBytes > MaxBytes)
            throw Damage.Is($"it is {Math.Max(RawBytes, StoredBytes)} bytes large; write the file with pages of at most {MaxBytes}.");
        if ((long)RepetitionBytes + DefinitionBytes > Math.Min(StoredBytes, RawBytes))
            throw Damage.Is("its levels are longer than itself.");
        if (Rows >= 0 && Rows != Values) throw Damage.Is($"it says {Rows} rows but {Values} values; the column is not nested.");
    }

    private StoredPage WithFirstVersion(ref ThriftCompactReader thrift, int structCode)
    {
        var page = this;
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 1) page = page with { Values = thrift.Int32(code) };
            else if (field == 2) page = page with { Encoding = (StoredEncoding)thrift.Int32(code) };
            else if (field == 3 && Kind == PageKind.Data) page = page with { LevelEncoding = (StoredEncoding)thrift.Int32(code) };
            else thrift.Skip(code);
        }

        thrift.EndStruct(outer);
        return page;
    }

    private StoredPage WithSecondVersion(ref ThriftCompactReader thrift, int structCode)
    {
        var page = this;
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            switch (field)
            {
                case 1: page = page with { Values = thrift.Int32(code) }; break;
                case 3: page = page with { Rows = thrift.Int32(code) }; break;
                case 4: page = page with { Encoding = (StoredEncoding)thrift.Int32(code) }; break;
                case 5: page = page with { DefinitionBytes = thrift.Int32(code) }; break;
                case 6: page = page with { RepetitionBytes = thrift.Int32(code) }; break;
                case 7: page = page with { IsCompressed = thrift.Bool(code) }; break;
                default: thrift.Skip(code); break;
            }
        }

        thrift.EndStruct(outer);
        return page;
    }
}
