using Pipeline.Domain.Publications;
using Pipeline.Transforms;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>Bytes in memory to columns; decompression is outside of it.</summary>
internal sealed class Decode(Sample sample) : IRejectionSink
{
    private readonly List<(SegmentReader Reader, SegmentBlock Block)> blocks = [];

    /// <summary>Records refused so far.</summary>
    public long Refused { get; private set; }

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

    public Task<long> RunAsync()
    {
        var decoder = new JsonDecoder(JsonDecodePlan.Compile(Sample.Contract));
        var (batch, unknown) = (RecordBatches.For(Sample.Contract), new UnknownFieldCounter());
        foreach (var (_, block) in blocks)
        {
            batch.Clear();
            decoder.Decode(block, batch, this, unknown);
        }
        return Task.FromResult(0L);
    }

    public void Refuse(in Rejection rejection) => Refused++;
}
