namespace Pipeline.Sandbox.Feeding;

/// <summary>What was produced to one topic-partition and not committed by the consumer group yet, in offsets and bytes.</summary>
/// <remarks>
/// The mock broker keeps 5 MiB of stored batches for each topic-partition and drops the oldest without a word. Bytes here are those of
/// the records before compression plus the most the format can add, so what is stored is never more than what is counted.
/// </remarks>
public sealed class UncommittedWindow
{
    /// <summary>Counted bytes that may wait for a commit: a fifth below what the broker keeps.</summary>
    public const long LimitBytes = 4 << 20;

    /// <summary>A batch header (61 bytes) and a record header (at most 36), were every record a batch of its own.</summary>
    private const int OverheadBytes = 128;

    /// <summary>Offsets are followed in steps of this many bytes: a step stays counted until all of it is committed.</summary>
    private const long StepBytes = 64 << 10;

    private readonly Queue<(long Next, long Bytes)> steps = [];
    private long openBytes;
    private long uncommittedBytes;

    /// <param name="first">Where the log stands before the feed.</param>
    /// <param name="landed">
    /// Everything before it is in the ledger from an earlier feed of the same file, so the broker may drop it; 0 when nothing is.
    /// </param>
    public UncommittedWindow(long first, long landed)
    {
        NextOffset = first;
        Safe = Math.Max(first, landed);
    }

    /// <summary>The offset the next record gets.</summary>
    public long NextOffset { get; private set; }

    /// <summary>Everything before it is committed or landed; it may lie ahead of <see cref="NextOffset"/>.</summary>
    public long Safe { get; private set; }

    /// <summary>Counts a record that is about to be produced, unless the broker could not keep it.</summary>
    /// <remarks>One that is larger than the limit goes when nothing else waits; <see cref="StoredSize"/> has made sure that it fits.</remarks>
    public bool TryAdd(int recordBytes)
    {
        if (NextOffset < Safe)
        {
            NextOffset++;
            return true;
        }

        var counted = recordBytes + OverheadBytes;
        if (uncommittedBytes > 0 && uncommittedBytes + counted > LimitBytes) return false;
        NextOffset++;
        uncommittedBytes += counted;
        openBytes += counted;
        if (openBytes >= StepBytes) CloseStep();
        return true;
    }

    /// <summary>The group committed: everything before this offset is safe.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Commit(long next)
    {
        if (next <= Safe) return false;
        Safe = next;
        if (next >= NextOffset) CloseStep();
        while (steps.TryPeek(out var step) && step.Next <= next)
        {
            uncommittedBytes -= step.Bytes;
            steps.Dequeue();
        }

        return true;
    }

    private void CloseStep()
    {
        steps.Enqueue((NextOffset, openBytes));
        openBytes = 0;
    }
}
