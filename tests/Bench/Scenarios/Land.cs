using Pipeline.Domain.Segments;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>Records in memory, an array each as Kafka's client delivers them, to compressed segments.</summary>
internal sealed class Land(Sample sample) : IWorkload
{
    private readonly SegmentWriter writer = new();
    private readonly List<RawRecord> records = [];

    public double InputMb => sample.Bytes / 1e6;

    public long Rows => sample.Records;

    public Task LoadAsync()
    {
        foreach (var line in NdjsonLines.Of(sample.Input))
            records.Add(new(records.Count, 1_700_000_000_000 + records.Count, default, false, line.ToArray(), true));
        return Task.CompletedTask;
    }

    public void Clear() { }

    /// <returns>Bytes of the segments.</returns>
    public Task<long> RunAsync()
    {
        var bytes = 0L;
        foreach (var segment in Segments()) bytes += segment.Length;
        return Task.FromResult(bytes);
    }

    /// <summary>Reads the segments back and compares every record with its line.</summary>
    public async Task<string?> DifferenceAsync()
    {
        if (records.Count == 0) await LoadAsync();
        var at = 0;
        using var reader = new SegmentReader();
        foreach (var segment in Segments())
        {
            using var stream = new MemoryStream(segment.ToArray());
            reader.Open(stream);
            while (await reader.ReadAsync(default) is { } block)
                for (var i = 0; i < block.Count; i++, at++)
                    if (at >= records.Count || block.Positions[i] != at || !block.Value(i).Span.SequenceEqual(records[at].Value.Span))
                        return $"record {at} of the segments is not line {at + 1} of the input.";
        }
        return at == records.Count ? null : $"{at} records are in the segments, {records.Count} in the input.";
    }

    public void Dispose() => writer.Dispose();

    // Each is lent until the next.
    private IEnumerable<ReadOnlyMemory<byte>> Segments()
    {
        foreach (var record in records)
        {
            writer.Append(record);
            if (writer.RawBytes < 64_000_000) continue;
            yield return writer.Finish();
            writer.Reset();
        }
        if (writer.Records != 0) yield return writer.Finish();
        writer.Reset();
    }
}
