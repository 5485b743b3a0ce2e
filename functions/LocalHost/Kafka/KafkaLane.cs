using System.Threading.Channels;

namespace Pipeline.LocalHost.Kafka;

/// <summary>
/// Runs batches one after the other. A batched function has one lane; a function of single messages has one per topic-partition.
/// </summary>
/// <remarks>Everything but the runs themselves is done by the polling thread.</remarks>
internal sealed class KafkaLane
{
    private readonly Channel<KafkaBatch> queue;
    private readonly List<KafkaMessage> gathering = [];
    private readonly KafkaLaneLimits limits;
    private readonly TimeProvider time;
    private long gatheredBytes;
    private long gatheringSince;
    private volatile bool closed;
    private int busy;

    /// <param name="limits">How much it takes.</param>
    /// <param name="run">Runs a batch; never throws.</param>
    /// <param name="progress">Set whenever a batch leaves the queue or has run.</param>
    /// <param name="time">For how long a batch gathers.</param>
    public KafkaLane(KafkaLaneLimits limits, Func<KafkaBatch, Task> run, ManualResetEventSlim progress, TimeProvider time)
    {
        (this.limits, this.time) = (limits, time);
        queue = Channel.CreateBounded<KafkaBatch>(limits.Capacity);
        Running = Task.Run(async () =>
        {
            await foreach (var batch in queue.Reader.ReadAllAsync())
            {
                progress.Set();

                // A full fence: whoever marks a batch as leaving and then sees no run here knows that none begins.
                Interlocked.Exchange(ref busy, 1);
                if (!closed) await run(batch);
                Volatile.Write(ref busy, 0);
                progress.Set();
            }
        });
    }

    /// <summary>Ends when the lane is closed and the batch that ran has ended.</summary>
    public Task Running { get; }

    /// <summary>Whether a batch runs.</summary>
    public bool IsBusy => Volatile.Read(ref busy) == 1;

    /// <summary>Whether it should be given nothing more for now.</summary>
    public bool IsFull => gathering.Count >= limits.Gathering || gatheredBytes >= limits.Bytes;

    /// <summary>Whether a lane that was full may be given more again.</summary>
    public bool HasRoom => gathering.Count * 2 <= limits.Gathering && gatheredBytes * 2 <= limits.Bytes;

    /// <summary>Adds a message to those being gathered.</summary>
    public void Add(KafkaMessage message)
    {
        if (gathering.Count == 0) gatheringSince = time.GetTimestamp();
        gathering.Add(message);
        gatheredBytes += message.Bytes;
    }

    /// <summary>Queues what is gathered, as far as there is room: whole batches, and the rest when it has waited this long.</summary>
    public void Flush(TimeSpan longest)
    {
        while (gathering.Count > 0 && queue.Reader.Count < limits.Capacity
            && (gathering.Count >= limits.Batch || gatheredBytes >= limits.Bytes || time.GetElapsedTime(gatheringSince) >= longest))
        {
            if (KafkaBatch.Take(gathering, limits.Batch, limits.Bytes) is { } batch) queue.Writer.TryWrite(batch);
            gatheredBytes = gathering.Sum(message => (long)message.Bytes);
            gatheringSince = time.GetTimestamp();
        }
    }

    /// <summary>Ends the lane; what waits in it is dropped, for its offsets are not stored and it comes again.</summary>
    public void Close()
    {
        closed = true;
        gathering.Clear();
        gatheredBytes = 0;
        queue.Writer.TryComplete();
    }
}

/// <summary>How much a lane takes.</summary>
/// <param name="Batch">Most messages in one batch.</param>
/// <param name="Gathering">Messages it gathers before it is full.</param>
/// <param name="Bytes">Bytes in one batch, or gathered, beyond which nothing is added: memory is bounded whatever messages weigh.</param>
/// <param name="Capacity">Batches that wait while one runs.</param>
internal readonly record struct KafkaLaneLimits(int Batch, int Gathering, long Bytes, int Capacity);
