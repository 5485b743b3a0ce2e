using System.Diagnostics;
using System.Text.Json;

namespace Pipeline.Tests.Integration.Readers;

/// <summary>Reads Parquet files by three independent programs: DuckDB, hyparquet and arrow-rs (parquet-wasm), run by node.</summary>
/// <remarks>
/// A row is one text or null for each column: text and JSON as they are, int64 in digits, doubles as the hex of their bits (or <c>nan</c>),
/// bool as <c>true</c> or <c>false</c>, decimals in digits with their point, timestamps as microseconds and dates as days since the epoch.
/// </remarks>
public static class ParquetReaders
{
    private static readonly string Folder = FindFolder();
    private static readonly Lazy<bool> Installed = new(Install);

    /// <summary>Names for <see cref="Read"/>.</summary>
    public static IReadOnlyList<string> All { get; } = ["duckdb", "hyparquet", "arrow"];

    /// <summary>Every row of a file, in file order.</summary>
    public static List<string?[]> Read(string reader, string file) => Run([reader, file], input: "");

    /// <summary>Every data page of a file's page index as hyparquet reads it: column, row group, first row, offset, bytes, order of
    /// the pages, whether all is null, nulls, least and greatest value; null for what the file does not say.</summary>
    public static List<string?[]> ReadIndex(string file) => Run(["index", file], input: "");

    /// <summary>The rows of a DuckDB statement, the last one of several.</summary>
    public static List<string?[]> Query(string sql) => Run(["query"], sql);

    private static List<string?[]> Run(string[] arguments, string input)
    {
        if (!Installed.Value) throw new InvalidOperationException($"node_modules is missing in {Folder}.");
        var lines = Start("node", ["read.mjs", .. arguments], input).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonSerializer.Deserialize<string?[]>(line)!)];
    }

    private static bool Install()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules"))) Start("npm", ["install", "--no-save", "--no-audit", "--no-fund"], input: "");
        return Directory.Exists(Path.Combine(Folder, "node_modules"));
    }

    private static string Start(string program, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with exit code {process.ExitCode}: {errors.Result}");
        return output;
    }

    // Tests run from their output folder, below the sources.
    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "Integration", "Readers");
            if (File.Exists(Path.Combine(candidate, "read.mjs"))) return candidate;
        }

        throw new InvalidOperationException("tests/Integration/Readers is not above the folder the tests run in.");
    }
}
