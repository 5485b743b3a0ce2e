using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Transforms;
using Pipeline.Transforms.Files;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>Chunks of a CSV file in memory to columns; cutting and decompression are outside of it.</summary>
internal sealed class Csv(Sample sample) : IWorkload, IRejectionSink
{
    private const long FullRows = 2_500_000, CheckRows = 20_000;

    private readonly List<(SegmentReader Reader, SegmentBlock Block)> blocks = [];

    private long refused;

    /// <summary>The file; written when it is asked for.</summary>
    public string Path
    {
        get
        {
            var path = System.IO.Path.Combine(sample.Folder, $"clicks-{Rows}.csv");
            if (File.Exists(path)) return path;
            ClicksCsv.Write(path + ".part", Rows);
            File.Move(path + ".part", path);
            return path;
        }
    }

    public double InputMb => new FileInfo(Path).Length / 1e6;

    public long Rows => sample.IsCheck ? CheckRows : FullRows;

    public async Task LoadAsync()
    {
        await using var file = File.OpenRead(Path);
        var cutter = FileCutters.For(ClicksCsv.Contract.Source, ClicksCsv.Contract.Limits);
        using var writer = new SegmentWriter();
        await foreach (var chunk in cutter.CutAsync(file, default))
        {
            // A block is its reader's until the next one: a reader for each chunk keeps them all.
            writer.Append(new RawRecord(chunk.Position, 0, chunk.Header, true, chunk.Value, true));
            var reader = new SegmentReader();
            reader.Open(new MemoryStream(writer.Finish().ToArray()));
            blocks.Add((reader, (await reader.ReadAsync(default))!));
            writer.Reset();
        }
    }

    public void Clear() => refused = 0;

    public Task<long> RunAsync()
    {
        Decoded(_ => { });
        return Task.FromResult(0L);
    }

    /// <summary>Sums of all columns, as DuckDB reads them from the same file.</summary>
    public async Task<string?> DifferenceAsync()
    {
        if (blocks.Count == 0) await LoadAsync();
        var sums = new Int128[ClicksCsv.Contract.Columns.Count];
        Decoded(batch => ColumnSums.Add(batch.Columns, sums));
        var (ours, peers) = (ColumnSums.Text(sums), DuckDb.Sums("csv", Path));
        if (refused != 0) return $"{refused} records were refused.";
        return ours == peers ? null : $"the columns' sums are {ours} here and {peers} there.";
    }

    public void Refuse(in Rejection rejection) => refused++;

    public void Dispose()
    {
        foreach (var (reader, _) in blocks) reader.Dispose();
    }

    private void Decoded(Action<RecordBatch> each)
    {
        using var decoder = BlockDecoders.For(ClicksCsv.Contract);
        var (batch, unknown) = (RecordBatches.For(ClicksCsv.Contract), new UnknownFieldCounter());
        batch.Shard = Domain.Datasets.ShardNames.Files(ClicksCsv.Contract.Source.Folder);
        foreach (var (_, block) in blocks)
        {
            batch.Clear();
            decoder.Decode(block, batch, this, unknown);
            each(batch);
        }
    }
}
