using System.Globalization;
using System.Text.Json;
using Pipeline.Domain.Attribution;
using Pipeline.Sinks.Lake;
using Pipeline.Sources.Attribution;
using Pipeline.Tests.Bench.Scenarios.Attributing;
using Pipeline.Transforms.Attribution;
using Pipeline.Transforms.Publishing;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>
/// Two weeks of events in the lake to pages of results, bucket by bucket, for four numbers of events; each is a program of its own held
/// to 512 MB. It has no peer: a check compares it with the events themselves.
/// </summary>
internal static class Attribution
{
    private const long LimitMb = 512;

    private static readonly long[] Sizes = [2_500_000, 5_000_000, 10_000_000, 20_000_000];

    /// <returns>The exit code: 1 when the results are wrong.</returns>
    public static async Task<int> RunAsync(BenchOptions options)
    {
        if (options.Peer is not null) throw new ArgumentException("attribution has no peer.");
        if (options.Worker) return await WorkAsync(options);
        foreach (var events in options.Check ? [BenchOptions.CheckLines] : Sizes)
        {
            var folder = Path.Combine(Path.GetTempPath(), "pipeline-bench",
                string.Create(CultureInfo.InvariantCulture, $"attribution-{events}"));
            var list = await AdLake.WriteAsync(new FolderStore(folder), events);
            Measurement? best = null;
            for (var round = 0; round < options.Rounds; round++) best = Measurement.Faster(best, MeasureInWorker(list, options.Check));
            Console.WriteLine(best!.ToText(options.Json, null, null));
        }
        return 0;
    }

    // The kernel's limit and the collector's, as linearity.sh sets them.
    private static Measurement MeasureInWorker(string list, bool check)
    {
        var heap = (LimitMb * 1024 * 1024 * 3 / 4).ToString("x", CultureInfo.InvariantCulture);
        var command = $"ulimit -d {LimitMb * 1024}; DOTNET_GCHeapHardLimit={heap} exec \"$0\" \"$@\"";
        string[] arguments = ["-c", command, Environment.ProcessPath!, "attribution", "--worker", "--input", list, .. check ? ["--check"]
            : Array.Empty<string>()];
        return JsonSerializer.Deserialize<Measurement>(ChildProgram.Run("/bin/sh", arguments))!;
    }

    private static async Task<int> WorkAsync(BenchOptions options)
    {
        var list = options.Input ?? throw new ArgumentException("A worker needs --input, the list of a lake's objects.");
        var objects = JsonSerializer.Deserialize<LakeObject[]>(await File.ReadAllTextAsync(list))!;
        var results = Directory.CreateTempSubdirectory("pipeline-bench-attribution-").FullName;
        try
        {
            var (lake, segments, ledger) = (new FolderStore(Path.GetDirectoryName(list)!), new FolderStore(results),
                new ObjectList(objects));
            var measured = await MeasureAsync(objects, ledger, new(Segments: segments, Lake: lake, Quarantine: segments));
            if (options.Check && await AdTotals.OfPagesAsync(segments, ledger.Landed) is var found
                && AdTotals.OfEvents(BenchOptions.CheckLines) is var expected
                && found != expected)
            {
                await Console.Error.WriteLineAsync($"The results are {found}; of the events they are {expected}.");
                return 1;
            }
            Console.WriteLine(JsonSerializer.Serialize(measured));
            return 0;
        }
        finally
        {
            Directory.Delete(results, recursive: true);
        }
    }

    private static Task<Measurement> MeasureAsync(LakeObject[] objects, ObjectList ledger, PublicationStores stores)
    {
        var campaigns = Campaigns.Parse(Campaigns.Heading, "no campaigns");
        var attribute = new AttributeBucket(ledger, ledger, stores, campaigns, new(), TimeProvider.System);
        DateOnly[] days = [.. Enumerable.Range(0, AdEvents.Days).Select(AdEvents.FirstDay.AddDays)];
        var inputMb = objects.Sum(each => new FileInfo(Path.Combine(stores.Lake.Root, each.Key)).Length) / 1e6;
        return Measurement.OfAsync("attribution", 1, inputMb, objects.Sum(each => each.Rows), async () =>
        {
            for (var bucket = 0; bucket < AttributionNames.Buckets; bucket++) await attribute.RunAsync(new(bucket, days), [], default);
            return ledger.Landed.Sum(key => new FileInfo(Path.Combine(stores.Segments.Root, key)).Length);
        });
    }
}
