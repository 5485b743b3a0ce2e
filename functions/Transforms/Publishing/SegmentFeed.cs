using System.Runtime.CompilerServices;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Telemetry;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Publishing;

/// <summary>Reads a publication's segments block by block in ledger order, opening a few ahead: small ones cost a round trip
/// each.</summary>
internal sealed class SegmentFeed(IObjectStore segments, PublicationAttempt attempt)
{
    private const int OpenAhead = 4;

    /// <summary>All blocks; each is lent until the next is asked for. While one is lent, the next is read and decompressed on another
    /// thread.</summary>
    /// <exception cref="TerminalException">A segment is missing, damaged, or not what the ledger says.</exception>
    public async IAsyncEnumerable<(LandedSegment Segment, SegmentBlock Block)> BlocksAheadAsync(
        [EnumeratorCancellation] CancellationToken stopping)
    {
        using var reader = new SegmentReader();
        await using var blocks = BlocksAsync(reader, stopping).GetAsyncEnumerator(stopping);
        var next = Task.Run(() => blocks.MoveNextAsync().AsTask(), CancellationToken.None);
        try
        {
            while (await next)
            {
                var current = blocks.Current;
                next = Task.Run(() => blocks.MoveNextAsync().AsTask(), CancellationToken.None);
                yield return current;
            }
        }
        finally
        {
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>All blocks; each is lent until the next is asked for.</summary>
    /// <exception cref="TerminalException">A segment is missing, damaged, or not what the ledger says.</exception>
    public async IAsyncEnumerable<(LandedSegment Segment, SegmentBlock Block)> BlocksAsync(
        [EnumeratorCancellation] CancellationToken stopping)
    {
        using var reader = new SegmentReader();
        await foreach (var block in BlocksAsync(reader, stopping)) yield return block;
    }

    private async IAsyncEnumerable<(LandedSegment Segment, SegmentBlock Block)> BlocksAsync(
        SegmentReader reader, [EnumeratorCancellation] CancellationToken stopping)
    {
        var opening = new Queue<Task<Stream>>();
        var next = 0;
        try
        {
            foreach (var segment in attempt.Segments)
            {
                while (next < attempt.Segments.Count && opening.Count < OpenAhead)
                    opening.Enqueue(OpenAsync(attempt.Segments[next++], stopping));
                await using var stream = await opening.Dequeue();
                reader.Open(stream);
                while (await NextAsync(reader, segment, stopping) is { } block) yield return (segment, block);
            }
        }
        finally
        {
            foreach (var task in opening) await CloseAsync(task);
        }
    }

    private async Task<Stream> OpenAsync(LandedSegment segment, CancellationToken stopping)
    {
        // As many as a publication's links: a span each for thousands of small segments would say no more.
        using var span = attempt.Segments.Count > Spans.MaxLinks ? null
            : Spans.Start("read", segment.Dataset)?.SetTag("pipeline.raw_bytes", segment.RawBytes);
        try
        {
            return await segments.OpenReadAsync(segment.ObjectKey, stopping);
        }
        catch (TerminalException error)
        {
            throw Unreadable(segment, error.Message, error);
        }
    }

    private async ValueTask<SegmentBlock?> NextAsync(SegmentReader reader, LandedSegment segment, CancellationToken stopping)
    {
        try
        {
            var block = await reader.ReadAsync(stopping);
            if (block is null && reader.Records != segment.Records)
                throw Unreadable(segment, $"It holds {reader.Records} records, the ledger says {segment.Records}.");
            if (block is not null && (block.Positions[0] < segment.Positions.First || block.Positions[^1] >= segment.Positions.Next))
                throw Unreadable(segment, $"It holds positions outside of {segment.Positions.First} to {segment.Positions.Last}.");
            return block;
        }
        catch (InvalidDataException error)
        {
            throw Unreadable(segment, error.Message, error);
        }
        catch (IOException error)
        {
            throw new TransientException(
                $"Reading segment '{segment.ObjectKey}' broke off ({error.Message}); run the publication again.", error);
        }
    }

    private TerminalException Unreadable(LandedSegment segment, string why, Exception? inner = null) => new(
        $"Publication {attempt.Plan.Id} cannot read segment '{segment.ObjectKey}' in {segments.Root}: {why} "
        + "Restore the object, then plan it again.", inner);

    private static async Task CloseAsync(Task<Stream> opening)
    {
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully) await opening.Result.DisposeAsync();
    }
}
