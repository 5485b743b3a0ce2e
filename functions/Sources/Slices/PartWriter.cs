using System.Security.Cryptography;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Slices;
using Pipeline.Transforms.Segments;

namespace Pipeline.Sources.Slices;

/// <summary>Lands the pages of one part as they were sent, before anything is parsed: one record a page, one object a part.</summary>
/// <remarks>Holds the compressed pages; nothing is written before <see cref="FinishAsync"/>, so a step that breaks off leaves no trace.</remarks>
public sealed class PartWriter(IObjectStore segments, TimeProvider time, SliceTask task, PageHeader header) : IDisposable
{
    private const int TagBytes = 8;

    private readonly SegmentWriter writer = new();

    /// <summary>Pages so far.</summary>
    public int Pages => writer.Records;

    /// <summary>Adds a page.</summary>
    /// <param name="kind">See <see cref="PageHeader.Kind"/>.</param>
    /// <exception cref="TerminalException">The part has more pages than positions.</exception>
    public void Add(ReadOnlyMemory<byte> answer, string? kind = null)
    {
        if (Pages == Extraction.MaxPages)
            throw new TerminalException(
                $"{task.Extraction.Window} has more than {Extraction.MaxPages} pages in one part. Ask for fewer days at once.");
        var key = (header with { Page = Pages, Kind = kind }).ToJson();
        writer.Append(new RawRecord(
            task.Extraction.PositionOf(task.Part, Pages), time.GetUtcNow().ToUnixTimeMilliseconds(), key, HasKey: true, answer, HasValue: true));
    }

    /// <summary>Writes the object under a key of its own: the same part written by another try stays as it is.</summary>
    public async Task<ExtractedPart> FinishAsync(CancellationToken stopping)
    {
        if (Pages == 0) return new(task.Part, "", 0, 0, 0);
        var content = writer.Finish();
        var key = task.Extraction.KeyOf(task.Part, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TagBytes)));
        await segments.PutAsync(key, content, stopping);
        return new(task.Part, key, writer.Records, writer.RawBytes, content.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();
}
