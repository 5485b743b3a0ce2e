namespace Pipeline.Transforms.Lake;

/// <summary>How much a publication keeps in memory before it writes.</summary>
/// <remarks>
/// Row group boundaries follow from these, so the same options give the same bytes. Rows and their file never depend on the first two.
/// </remarks>
public sealed record LakeOptions
{
    /// <summary>Column bytes at which a file's rows are written as one row group.</summary>
    public long RowGroupBytes { get; init; } = 32 << 20;

    /// <summary>Column bytes of all open files together; beyond it the largest is written, until they fit.</summary>
    /// <remarks>Arrays grow by doubling, so the memory is up to twice this.</remarks>
    public long BudgetBytes { get; init; } = 128 << 20;

    /// <summary>Files open at a time; beyond it all are finished, and a folder that comes again gets another file.</summary>
    /// <remarks>Bounds what a column with a new value in every record costs.</remarks>
    public int MaxOpenFiles { get; init; } = 1000;

    /// <summary>Processors a publication may use, at least 1: with two, the next block is
    /// decompressed while one is decoded, and files are encoded side by side.</summary>
    public int Threads { get; init; } = 2;
}
