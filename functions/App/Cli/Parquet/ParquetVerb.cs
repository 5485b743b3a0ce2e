using System.CommandLine;
using Pipeline.Domain.Failures;
using Pipeline.Parquet.Reading;

namespace Pipeline.App.Cli.Parquet;

/// <summary><c>pipeline parquet</c>: looks into Parquet files, ours and others'.</summary>
internal static class ParquetVerb
{
    public static Command Create() => new("parquet", "Look into a Parquet file: its schema, its first rows, its statistics.")
    {
        SchemaVerb.Create(), HeadVerb.Create(), StatsVerb.Create(),
    };

    /// <summary>The argument that every verb on a file has.</summary>
    public static Argument<string> FileArgument() => new("file") { Description = "A path, s3://bucket/key, or a key below Lake:Root." };

    /// <summary>Reads a file.</summary>
    /// <exception cref="TerminalException">It is missing, no Parquet file, or damaged.</exception>
    public static async Task<T> ReadAsync<T>(string file, Func<ParquetReader, T> read, CancellationToken stopping)
    {
        await using var stream = await ObjectFile.OpenAsync(file, "Lake:Root", stopping);
        try
        {
            return read(new ParquetReader(stream));
        }
        catch (Exception error) when (error is InvalidDataException or ArgumentException)
        {
            throw new TerminalException($"{file} cannot be read: {error.Message}", error);
        }
    }
}
