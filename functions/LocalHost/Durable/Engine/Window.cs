namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>
/// How much work a node takes in hand: what may run at once, plus as much as was finished in the last quarter of a second. Short work
/// is fetched ahead, so that nothing waits for the database; of long work nothing is kept from other nodes.
/// </summary>
internal sealed class Window(int limit, TimeProvider time)
{
    private const int MostAhead = 1_000;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly SemaphoreSlim running = new(limit);
    private long sliceStart = time.GetTimestamp();
    private int inHand, finished, finishedBefore;

    /// <summary>How many more may be taken.</summary>
    public int Free
    {
        get
        {
            lock (gate)
            {
                Roll();
                return Math.Max(0, limit + Math.Min(MostAhead, Math.Max(finished, finishedBefore)) - inHand);
            }
        }
    }

    public void Take(int count)
    {
        lock (gate) inHand += count;
    }

    /// <summary>So many that were taken will not run.</summary>
    public void GiveBack(int count)
    {
        lock (gate) inHand -= count;
    }

    /// <summary>Waits for one of the places to run.</summary>
    public Task EnterAsync() => running.WaitAsync();

    /// <summary>Gives the place back; the work is no longer in hand.</summary>
    public void Leave()
    {
        running.Release();
        lock (gate)
        {
            Roll();
            inHand--;
            finished++;
        }
    }

    private void Roll()
    {
        var elapsed = time.GetElapsedTime(sliceStart);
        if (elapsed < Slice) return;
        finishedBefore = elapsed < 2 * Slice ? finished : 0;
        finished = 0;
        sliceStart = time.GetTimestamp();
    }
}
