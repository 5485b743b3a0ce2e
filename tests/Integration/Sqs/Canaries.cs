using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.Sqs;

/// <summary>Searches everything the app wrote for clear device ids and addresses.</summary>
/// <remarks>Raw segments are left out: they keep what was delivered, and a bucket encrypts them (SSE-KMS).</remarks>
internal static partial class Canaries
{
    public static async Task AssertNowhereAsync(LoginsRig rig)
    {
        var seen = 0L;
        foreach (var file in Directory.EnumerateFiles(rig.App.Home, "*", SearchOption.AllDirectories))
        {
            if (file.StartsWith(rig.App.Segments, StringComparison.Ordinal)) continue;
            seen += Search(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), file);
        }
        // Pages of Parquet files are compressed: an independent reader takes them apart.
        foreach (var row in ParquetReaders.Query($"SELECT to_json(row)::VARCHAR FROM read_parquet('{rig.App.Lake}/**/*.parquet', union_by_name = true) AS row"))
            seen += Search(row[0]!, rig.App.Lake);
        var tables = await rig.QueryAsync(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')");
        Assert.Superset(new HashSet<string> { "pipeline.audit", "pipeline.queue_message", "pipeline.rejection", "warehouse.user_logins" }, tables.ToHashSet());
        foreach (var table in tables)
            foreach (var row in await rig.QueryAsync($"SELECT row::text FROM {table} AS row"))
                seen += Search(row, table);
        Assert.True(seen > 1_000_000, $"Only {seen} characters were searched.");
        Assert.Matches(Clear(), LoginsGenerator.Make(new(1)).Single().Body);   // the search finds what is there
    }

    private static int Search(string text, string where)
    {
        Assert.False(Clear().Match(text) is { Success: true }, $"{where} holds a clear device id or address.");
        return text.Length;
    }

    // A network's text goes on with 0/24 or a second colon.
    [GeneratedRegex(@"dvc-7f3a-|198\.18\.\d{1,3}\.[1-9]|2001:db8:cafe:[0-9a-f]")] private static partial Regex Clear();
}
