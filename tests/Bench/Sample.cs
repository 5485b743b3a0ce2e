using System.Globalization;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Segments;
using Pipeline.Sandbox.Generating;
using Pipeline.Sinks.Lake;
using Pipeline.Tests.Servers;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Bench;

/// <summary>The input of a run: an NDJSON file and the same records landed as segments, made once and kept.</summary>
internal sealed class Sample
{
    private const int SegmentMb = 64;

    private Sample(string input, string folder, bool isCheck) => (Input, Folder, IsCheck) = (input, folder, isCheck);

    /// <summary>The dataset, in the lake only.</summary>
    public static DatasetContract Contract { get; } =
        ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified().Named("user_actions") with { Table = null };

    /// <summary>The NDJSON file.</summary>
    public string Input { get; }

    /// <summary>It is for a check, so everything is kept small.</summary>
    public bool IsCheck { get; }

    /// <summary>What is made for the run lies below it.</summary>
    public string Folder { get; }

    /// <summary>The landed segments, in order.</summary>
    public IReadOnlyList<LandedSegment> Segments { get; private set; } = [];

    /// <summary>Bytes of the NDJSON file.</summary>
    public long Bytes => new FileInfo(Input).Length;

    public long Records => Segments.Sum(segment => (long)segment.Records);

    public FolderStore SegmentStore => new(Path.Combine(Folder, "segments"));

    /// <summary>A file that is read as it is, made once and kept.</summary>
    /// <param name="name">Its name below the folder of all inputs.</param>
    public static Sample Of(string name, BenchOptions options, Action<Stream> write)
    {
        var work = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "pipeline-bench")).FullName;
        var path = Path.Combine(work, name);
        if (!File.Exists(path))
        {
            using (var file = File.Create(path + ".part")) write(file);
            File.Move(path + ".part", path);
        }
        return new(path, work, options.Check);
    }

    /// <summary>Generates and lands what is not there yet.</summary>
    public static async Task<Sample> PrepareAsync(BenchOptions options)
    {
        var work = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "pipeline-bench")).FullName;
        var input = options.Input ?? Generate(work, options.Shuffled, options.Check ? BenchOptions.CheckLines : BenchOptions.FullLines);
        var file = new FileInfo(input);
        var sample = new Sample(input, Path.Combine(work, $"{file.Name}-{file.Length}-{file.LastWriteTimeUtc.Ticks:x}"), options.Check);
        var list = Path.Combine(sample.Folder, "segments.json");
        if (!File.Exists(list))
        {
            await File.WriteAllTextAsync(list, JsonSerializer.Serialize(await sample.LandAsync()));
            await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"Landed {sample.Bytes / 1e6:F0} MB: {ProgramUse.OwnCpuSeconds:F1} s of CPU, peak RSS {ProgramUse.PeakRssMb(Environment.ProcessId):F0} MB."));
        }
        sample.Segments = JsonSerializer.Deserialize<LandedSegment[]>(await File.ReadAllTextAsync(list))!;
        return sample;
    }

    private static string Generate(string work, bool shuffled, long lines)
    {
        var path = Path.Combine(work, shuffled ? $"shuffled-{lines}.ndjson" : $"user_actions-{lines}.ndjson");
        if (File.Exists(path)) return path;
        using (var file = File.Create(path + ".part"))
        {
            if (shuffled) ShuffledUserActions.Write(file, lines);
            else UserActionsGenerator.Write(file, new(lines));
        }
        File.Move(path + ".part", path);
        return path;
    }

    private async Task<List<LandedSegment>> LandAsync()
    {
        Directory.CreateDirectory(Folder);
        var shard = new Shard("user-actions-0", 0);
        var landed = new List<LandedSegment>();
        using var writer = new SegmentWriter();
        long position = 0, first = 0;
        foreach (var line in NdjsonLines.Of(Input))
        {
            writer.Append(new(position, 1_700_000_000_000 + position, default, false, line, true));
            position++;
            if (writer.RawBytes >= SegmentMb * 1_000_000L) await CloseAsync();
        }
        if (writer.Records != 0) await CloseAsync();
        return landed;

        async Task CloseAsync()
        {
            var key = SegmentDraft.KeyOf(Contract.Dataset, shard, new(first, position), 1);
            await SegmentStore.PutAsync(key, writer.Finish(), default);
            landed.Add(new(landed.Count + 1, Contract.Dataset, shard, new(first, position), key, writer.Records, writer.RawBytes));
            writer.Reset();
            first = position;
        }
    }
}
