using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Kafka;

/// <summary>The lanes of one function: one when it takes batches, else one per topic-partition.</summary>
internal sealed class KafkaLanes(
    bool isOne, KafkaSettings settings, Func<KafkaBatch, Task> run, ManualResetEventSlim progress, TimeProvider time) : IDisposable
{
    private const long MostBytes = 16 * 1024 * 1024;

    private readonly List<KafkaLane> lanes = [];
    private readonly List<Task> ended = [];
    private long fullSince;
    private bool closed;

    /// <summary>Whether all topic-partitions share one lane.</summary>
    public bool IsOne => isOne;

    /// <summary>For how long the one lane has been full; null when it is not, or when there are many.</summary>
    public TimeSpan? FullFor
    {
        get
        {
            if (!isOne || lanes.Count == 0 || !lanes[0].IsFull)
            {
                fullSince = 0;
                return null;
            }

            if (fullSince == 0) fullSince = time.GetTimestamp();
            return time.GetElapsedTime(fullSince);
        }
    }

    /// <summary>Ends when every run under way has ended, those of lanes taken away included.</summary>
    public Task Running => Task.WhenAll([.. ended, .. lanes.Select(lane => lane.Running)]);

    /// <summary>Whether a batch runs in one of them.</summary>
    public bool IsBusy => lanes.Exists(static lane => lane.IsBusy);

    /// <summary>The lane for a topic-partition just assigned.</summary>
    public KafkaLane New()
    {
        if (isOne && lanes.Count == 1) return lanes[0];
        var limits = new KafkaLaneLimits(isOne ? settings.MaxBatchSize : 1, settings.MaxBatchSize, MostBytes, settings.ExecutorChannelCapacity);
        var lane = new KafkaLane(limits, run, progress, time);
        lanes.Add(lane);
        if (closed) lane.Close();
        return lane;
    }

    /// <summary>A topic-partition was taken away: a lane of its own ends with it.</summary>
    public void Remove(KafkaAssignment assignment)
    {
        if (isOne) return;
        ended.RemoveAll(static run => run.IsCompleted);
        assignment.Lane.Close();
        lanes.Remove(assignment.Lane);
        ended.Add(assignment.Lane.Running);
    }

    /// <summary>Queues what is due.</summary>
    public void Flush(TimeSpan longest)
    {
        foreach (var lane in lanes) lane.Flush(longest);
    }

    /// <summary>Takes nothing more.</summary>
    public void Close()
    {
        closed = true;
        foreach (var lane in lanes) lane.Close();
    }

    public void Dispose() => Close();
}
