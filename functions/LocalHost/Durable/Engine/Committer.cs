using System.Threading.Channels;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Durable.Store;

namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>One finished piece of work: a turn or an activity.</summary>
internal sealed record Finished(Node Node, FinishedTurn? Turn, ActivityResult? Activity)
{
    public long Bytes => Activity is { } activity ? activity.Output?.Length ?? 0
        : Turn!.Result.Outcome.Actions.Sum(a => (long)(a.Payload?.Length ?? 0)) + (Turn.Result.Outcome.Output?.Length ?? 0);
}

/// <summary>
/// Commits finished work: whatever finished while one transaction was written goes into the next, so that the disk's rhythm limits the
/// delay and not the rate. Work that cannot be written with the others is written alone, and fails alone.
/// </summary>
internal sealed partial class Committer(
    CommitStore store, LiveOrchestrations live, Window activities, Outage outage, TimeProvider time, ILogger<Committer> log)
{
    private const int MostItems = 500;
    private const long MostBytes = 16 << 20;

    private readonly Channel<Finished> queue = Channel.CreateUnbounded<Finished>();

    /// <summary>Held while a transaction is written and its outcome noted.</summary>
    public SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Finished work that is not committed yet.</summary>
    public int Waiting => queue.Reader.Count;

    /// <summary>Other nodes on this hub: they are told of new work.</summary>
    public int Peers { get; set; }

    public required Action<Node, IReadOnlyList<ActivityWork>> StartKept { get; init; }

    public required Action<IReadOnlyList<Finished>> Committed { get; init; }

    public void Add(Finished finished) => queue.Writer.TryWrite(finished);

    /// <summary>No more work comes: the loop ends once the queue is empty.</summary>
    public void Complete() => queue.Writer.TryComplete();

    public async Task RunAsync(CancellationToken stopping)
    {
        var batch = new List<Finished>();
        while (await queue.Reader.WaitToReadAsync(stopping))
        {
            long bytes = 0;
            while (batch.Count < MostItems && bytes < MostBytes && queue.Reader.TryRead(out var next))
            {
                bytes += next.Bytes;
                batch.Add(next);
            }
            foreach (var ofNode in batch.GroupBy(finished => finished.Node)) await CommitAsync(ofNode.Key, [.. ofNode], stopping);
            batch.Clear();
        }
    }

    private async Task CommitAsync(Node node, List<Finished> batch, CancellationToken stopping)
    {
        if (node.Lost) return;
        try
        {
            await WriteAsync(node, batch, stopping);
        }
        catch (NodeLostException)
        {
            node.Lost = true;
        }
        catch (StaleTurnException) when (batch.Count == 1)
        {
            LogStale(log, batch[0].Turn!.Result.Work.Facts.InstanceId);
            GiveUp(node, batch[0]);
        }
        catch (Exception error) when (batch.Count == 1 && error is not OperationCanceledException)
        {
            LogRefused(log, error);
            await FailAsync(node, batch[0], error, stopping);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            foreach (var single in batch) await CommitAsync(node, [single], stopping);
        }
    }

    private async Task WriteAsync(Node node, List<Finished> batch, CancellationToken stopping)
    {
        var turns = batch.Where(f => f.Turn is not null).Select(f => f.Turn!.Result).ToList();
        var results = batch.Where(f => f.Activity is not null).Select(f => f.Activity!).ToList();
        await outage.RetryAsync(
            async () =>
            {
                await Gate.WaitAsync(stopping);
                try
                {
                    var at = TurnRunner.Microseconds(time.GetUtcNow().UtcDateTime);
                    var kept = await store.CommitAsync(node.Id, at, turns, results, activities.Free, Peers > 0, stopping);
                    Note(node, batch);
                    StartKept(node, kept);
                    return true;
                }
                catch
                {
                    node.Uncertain = true;
                    throw;
                }
                finally
                {
                    Gate.Release();
                }
            },
            stopping);
        Committed(batch);
    }

    private void Note(Node node, List<Finished> batch)
    {
        foreach (var (_, turn, activity) in batch)
        {
            if (activity is not null) node.Activities.TryRemove(activity.Work.Key, out _);
            if (turn is null) continue;
            var work = turn.Result.Work;
            if (turn.Live is { } state) live.Keep(work.Key, state, work.HistoryLength + turn.Result.Outcome.Recorded.Count);
            node.Turns.TryRemove(work.Key, out _);
        }
    }

    // What the database refuses for its content fails as if its own code had failed; if even that is refused it is given back.
    private async Task FailAsync(Node node, Finished finished, Exception error, CancellationToken stopping)
    {
        var failure = TaskFailureDetails.FromException(error);
        var failed = finished.Turn is { } turn
            ? finished with { Turn = new(turn.Result with { Outcome = Orchestrators.TurnOutcome.Failed(failure, []) }, null) }
            : finished with { Activity = finished.Activity! with { Output = null, Failure = failure } };
        try
        {
            await WriteAsync(node, [failed], stopping);
        }
        catch (Exception again) when (again is not OperationCanceledException)
        {
            LogRefused(log, again);
            GiveUp(node, finished);
        }
    }

    // The database still calls it this node's, which does not know of it any more: the next reconciliation frees it.
    private void GiveUp(Node node, Finished finished)
    {
        if (finished.Activity is { } activity) node.Activities.TryRemove(activity.Work.Key, out _);
        if (finished.Turn is { } turn) node.Turns.TryRemove(turn.Result.Work.Key, out _);
        node.Uncertain = true;
        Committed([]);
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "A turn of instance {InstanceId} is void: the instance changed in the meantime. It is run again.")]
    private static partial void LogStale(ILogger log, string instanceId);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL refuses to store finished work.")]
    private static partial void LogRefused(ILogger log, Exception error);
}
