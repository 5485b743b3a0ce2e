using Pipeline.Domain.Datasets;

namespace Pipeline.Transforms.Files;

/// <summary>Chooses how a source's dropped files are cut.</summary>
public static class FileCutters
{
    private const int ChunkBytes = 1 << 20;

    /// <summary>The cutter of a source's files. One file at a time.</summary>
    /// <param name="chunkBytes">Bytes at which a chunk of a text ends with the record it is in.</param>
    public static IFileCutter For(SourceSpec source, RecordLimits limits, int chunkBytes = ChunkBytes) => source.Format switch
    {
        RecordFormat.Json => new JsonLinesCutter(limits.MaxRecordBytes, chunkBytes),
        RecordFormat.Csv => new CsvCutter(source.Csv!, limits.MaxRecordBytes, chunkBytes),
        RecordFormat.Avro => new OcfCutter(),
        var format => throw new ArgumentOutOfRangeException(nameof(source), format, "No cutter cuts files of this format."),
    };
}
