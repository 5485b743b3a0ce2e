namespace Pipeline.Parquet.Reading;

/// <summary>How values are laid out, other writers' ways too (parquet.thrift, <c>Type</c>).</summary>
internal enum StoredType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Int96 = 3,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedLenByteArray = 7,
}

/// <summary>How a page's values are encoded, other writers' ways too (parquet.thrift, <c>Encoding</c>).</summary>
internal enum StoredEncoding
{
    Plain = 0,
    PlainDictionary = 2,
    Rle = 3,
    BitPacked = 4,
    DeltaBinaryPacked = 5,
    DeltaLengthByteArray = 6,
    DeltaByteArray = 7,
    RleDictionary = 8,
    ByteStreamSplit = 9,
}

/// <summary>Compression, other writers' ways too (parquet.thrift, <c>CompressionCodec</c>).</summary>
internal enum StoredCodec
{
    Uncompressed = 0,
    Snappy = 1,
    Gzip = 2,
    Lzo = 3,
    Brotli = 4,
    Lz4 = 5,
    Zstd = 6,
    Lz4Raw = 7,
}
