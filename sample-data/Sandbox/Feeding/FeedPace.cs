namespace Pipeline.Sandbox.Feeding;

/// <summary>Keeps a feed as close behind its consumer group as the broker's memory demands.</summary>
internal sealed class FeedPace(FeedOptions options, GroupOffsets group, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private UncommittedWindow[] windows = [];
    private int behindLedger;
    private long movedAt;

    /// <summary>Records the group has not committed.</summary>
    public long Waiting => windows.Sum(window => Math.Max(0, window.NextOffset - window.Safe));

    /// <summary>The broker was given every position that the ledger holds.</summary>
    public bool CaughtUp => behindLedger == 0;

    /// <summary>Finds out where the log stands, and waits until the group has read what an earlier feed left there.</summary>
    /// <exception cref="FeedException">No such topic, other topic-partitions than said, or a log that does not fit the landed positions.</exception>
    public async Task OpenAsync(CancellationToken stopping)
    {
        movedAt = time.GetTimestamp();
        behindLedger = options.Landed.Values.Count(next => next > 0);
        group.RefuseOtherTopic();
        var watermarks = group.Watermarks();
        if (options.Landed.Count > 0 && watermarks.Any(each => each.High > 0))
        {
            throw new FeedException(
                $"Topic {options.Topic} holds records, so the positions that were landed cannot be given again. Start an empty broker.");
        }

        windows = [.. watermarks.Select((each, number) => new UncommittedWindow(each.High, options.Landed.GetValueOrDefault(number)))];
        while (group.Committed().Zip(watermarks).Any(each => (each.First ?? each.Second.Low) < each.Second.High)) await PauseAsync(stopping);
        movedAt = time.GetTimestamp();
    }

    /// <summary>Whether the broker can keep the record now; counts it when so.</summary>
    public bool TryAdmit(int topicPartition, int recordBytes)
    {
        var window = windows[topicPartition];
        if (!window.TryAdd(recordBytes)) return false;
        if (window.NextOffset == options.Landed.GetValueOrDefault(topicPartition)) behindLedger--;
        return true;
    }

    /// <summary>Waits a moment and looks what the group has committed since.</summary>
    /// <exception cref="FeedException">The broker dropped records nobody has read, or the group stands still.</exception>
    public async Task WaitAsync(CancellationToken stopping)
    {
        await PauseAsync(stopping);
        Look();
    }

    /// <summary>Makes sure that every record has its offset, and that none was dropped before it was read.</summary>
    /// <exception cref="FeedException">It is not so.</exception>
    public void Verify()
    {
        Look();
        if (!CaughtUp)
        {
            throw new FeedException(
                $"The ledger holds positions of {options.Topic} that {options.File} does not reach: it is not the file whose feed was interrupted.");
        }

        var strayed = group.Watermarks().Zip(windows).Any(each => each.First.High != each.Second.NextOffset);
        if (strayed) throw new FeedException($"Somebody else produced to {options.Topic} meanwhile: its offsets are not those of the file.");
    }

    private void Look()
    {
        // In this order: the low watermark may pass a commit that comes after it was read, but not one that was there before.
        var watermarks = group.Watermarks();
        var committed = group.Committed();
        for (var number = 0; number < windows.Length; number++)
        {
            if (committed[number] is { } next && windows[number].Commit(next)) movedAt = time.GetTimestamp();
            if (watermarks[number].Low <= windows[number].Safe) continue;
            throw new FeedException(
                $"The broker dropped offsets {windows[number].Safe} to {watermarks[number].Low - 1} of {options.Topic}-{number} before group "
                + $"{options.Group} committed them. Start an empty broker.");
        }
    }

    private async Task PauseAsync(CancellationToken stopping)
    {
        await Task.Delay(Pause, time, stopping);
        if (time.GetElapsedTime(movedAt) < options.Patience) return;
        throw new FeedException(
            $"Group {options.Group} has committed nothing on {options.Topic} for {options.Patience.TotalSeconds:0} s while records wait for it. "
            + "Is the pipeline running?");
    }
}
