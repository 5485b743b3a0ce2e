namespace Pipeline.Parquet;

/// <summary>How pages are made.</summary>
public sealed record ParquetOptions
{
    /// <summary>Compression of every page.</summary>
    public ParquetCodec Codec { get; init; } = ParquetCodec.Zstd;

    /// <summary>Zstandard's level, -7 (fastest) to 22 (smallest); level 1 is the best trade measured on event data.</summary>
    public int ZstdLevel { get; init; } = 1;

    /// <summary>A page ends before its values pass so many bytes, before compression; a longer single value has its own.</summary>
    public int MaxPageBytes { get; init; } = 1024 * 1024;

    /// <summary>A column whose distinct values take more bytes than this is written without a dictionary.</summary>
    public int MaxDictionaryBytes { get; init; } = 1024 * 1024;

    /// <summary>Fields whose row groups get a bloom filter, by which a reader that looks for one value passes over those that do
    /// not have it.</summary>
    /// <remarks>Texts, int64, timestamps, dates, decimals. It takes 11 to 21 bits a distinct value, at most 1 MiB a row group.</remarks>
    public IReadOnlyList<string> BloomColumns { get; init; } = [];

    /// <summary>Throws for a setting out of its range.</summary>
    /// <exception cref="ArgumentException">With every wrong setting in one sentence each.</exception>
    internal void Check()
    {
        var faults = new List<string>();
        if (!Enum.IsDefined(Codec)) faults.Add($"Codec {(int)Codec} does not exist.");
        if (ZstdLevel is < -7 or > 22) faults.Add($"ZstdLevel {ZstdLevel} is not in -7 to 22.");
        if (MaxPageBytes is < 1024 or > 1 << 30) faults.Add($"MaxPageBytes {MaxPageBytes} is not in 1 KiB to 1 GiB.");
        if (MaxDictionaryBytes is < 0 or > 1 << 30) faults.Add($"MaxDictionaryBytes {MaxDictionaryBytes} is not in 0 to 1 GiB.");
        if (faults.Count > 0) throw new ArgumentException(string.Join(" ", faults));
    }
}

/// <summary>Compression of a file's pages (parquet.thrift, <c>CompressionCodec</c>).</summary>
public enum ParquetCodec
{
    /// <summary>Not compressed.</summary>
    None = 0,

    /// <summary>Snappy, raw format; needs libsnappy.</summary>
    Snappy = 1,

    /// <summary>RFC 1952.</summary>
    Gzip = 2,

    /// <summary>RFC 8878; needs libzstd.</summary>
    Zstd = 6,
}
