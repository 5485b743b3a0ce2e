using Pipeline.Domain.Publications;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>Bytes in memory to columns; decompression is outside of it.</summary>
internal sealed class Decode(Sample sample) : IWorkload, IRejectionSink
{
    private readonly List<(SegmentReader Reader, SegmentBlock Block)> blocks = [];

    private long refused;

    public double InputMb => sample.Bytes / 1e6;

    public long Rows => sample.Records;

    public async Task LoadAsync()
    {
        foreach (var segment in sample.Segments)
        {
            // A block is its reader's until the next one: one reader for each keeps them all.
            for (var skip = 0; ; skip++)
            {
                var reader = new SegmentReader();
                await using var stream = await sample.SegmentStore.OpenReadAsync(segment.ObjectKey, default);
                reader.Open(stream);
                SegmentBlock? block = null;
                for (var i = 0; i <= skip; i++) block = await reader.ReadAsync(default);
                if (block is null) break;
                blocks.Add((reader, block));
            }
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
        var sums = new Int128[Sample.Contract.Columns.Count];
        Decoded(batch => ColumnSums.Add(batch.Columns, sums));
        var (ours, peers) = (ColumnSums.Text(sums), DuckDb.Sums("user-actions", sample.Input));
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
        var decoder = new JsonDecoder(JsonDecodePlan.Compile(Sample.Contract));
        var (batch, unknown) = (RecordBatches.For(Sample.Contract), new UnknownFieldCounter());
        foreach (var (_, block) in blocks)
        {
            batch.Clear();
            decoder.Decode(block, batch, this, unknown);
            each(batch);
        }
    }
}
