using Pipeline.Domain.Segments;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>Kafka batches in memory to compressed segments.</summary>
internal sealed class Land(Sample sample) : IDisposable
{
    private readonly SegmentWriter writer = new();
    private readonly List<RawRecord> records = [];

    public void Load()
    {
        var content = File.ReadAllBytes(sample.Input).AsMemory();
        for (long position = 0; !content.IsEmpty; position++)
        {
            var length = content.Span.IndexOf((byte)'\n');
            records.Add(new(position, 1_700_000_000_000 + position, default, false, content[..length], true));
            content = content[(length + 1)..];
        }
    }

    /// <returns>Bytes of the segments.</returns>
    public Task<long> RunAsync()
    {
        var bytes = 0L;
        foreach (var record in records)
        {
            writer.Append(record);
            if (writer.RawBytes >= 64_000_000) bytes += Close();
        }
        return Task.FromResult(bytes + Close());
    }

    public void Dispose() => writer.Dispose();

    private int Close()
    {
        var bytes = writer.Finish().Length;
        writer.Reset();
        return bytes;
    }
}
