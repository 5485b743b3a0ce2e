using Pipeline.LocalHost.Durable.Orchestrators;
using Pipeline.LocalHost.Durable.Store;

namespace Pipeline.LocalHost.Durable.Engine;

internal sealed partial class DurableEngine
{
    private const int MostUncommitted = 2_000;

    private long aliveSince;

    // One look for work, then a wait for the next reason to look.
    private async Task FeedAsync(CancellationToken stopping)
    {
        var current = node;
        if (current.Lost) current = await ReplaceNodeAsync(current, stopping);
        if (current.Uncertain) await ReconcileAsync(current, stopping);
        var backlog = committer.Waiting > MostUncommitted;
        var (turnPlaces, activityPlaces) = backlog ? (0, 0) : (turnWindow.Free, activityWindow.Free);
        if (turnPlaces + activityPlaces == 0)
        {
            await parts.Wake.WaitAsync(parts.Options.Poll, stopping);
            return;
        }
        var now = TurnRunner.Microseconds(parts.Time.GetUtcNow().UtcDateTime);
        Claimed claimed;
        try
        {
            claimed = await parts.Work.ClaimAsync(current.Id, now, turnPlaces, activityPlaces, stopping);
        }
        catch
        {
            current.Uncertain = true;
            throw;
        }
        if (claimed.Turns.Any(turn => current.Turns.ContainsKey(turn.Key))) await UntilNotedAsync(stopping);
        if (claimed.Activities.Count > 0) StartActivities(current, claimed.Activities);
        if (claimed.Turns.Count > 0) StartTurns(current, claimed.Turns);
        // Full hands: there may be more, and a place becomes free any moment. Hands that were full before are told when that is.
        if (claimed.Turns.Count > 0 && claimed.Turns.Count == turnPlaces) return;
        if (claimed.Activities.Count > 0 && claimed.Activities.Count == activityPlaces) return;
        var untilDue = claimed.NextDue - parts.Time.GetUtcNow().UtcDateTime ?? parts.Options.Poll;
        if (untilDue > TimeSpan.Zero) await parts.Wake.WaitAsync(untilDue < parts.Options.Poll ? untilDue : parts.Options.Poll, stopping);
    }

    // A claim can see an instance's last turn committed before this node noted it. Begun at once, the next turn would find no live state
    // and replay everything, and the note would take it for the last one.
    private async Task UntilNotedAsync(CancellationToken stopping)
    {
        await committer.Gate.WaitAsync(stopping);
        committer.Gate.Release();
    }

    private void StartTurns(Node owner, IReadOnlyList<TurnWork> works)
    {
        turnWindow.Take(works.Count);
        foreach (var work in works) owner.Turns[work.Key] = true;
        _ = Task.Run(() => RunTurnsAsync(owner, works));
    }

    private async Task RunTurnsAsync(Node owner, IReadOnlyList<TurnWork> works)
    {
        try
        {
            await parts.Outage.RetryAsync(
                async () =>
                {
                    await turns.RunAsync(owner, works, turn => committer.Add(new(owner, turn, null)), TellIllegalAwait);
                    return true;
                },
                owner.Cancellation.Token);
        }
        catch (Exception error)
        {
            // Not one turn ran: their histories could not be read. They are given back, with one attempt counted.
            LogRound(log, error, 0);
            turnWindow.GiveBack(works.Count);
            foreach (var work in works) owner.Turns.TryRemove(work.Key, out _);
            owner.Uncertain = true;
            parts.Wake.Set();
        }
    }

    private void StartActivities(Node owner, IReadOnlyList<ActivityWork> works) => activities.Start(owner, works, (work, result) =>
    {
        if (result is not null) committer.Add(new(owner, null, result));
        else owner.Activities.TryRemove(work.Key, out _);
        parts.Wake.Set();
    });

    private void TellIllegalAwait(long instance, string message) => _ = Task.Run(() => parts.Outage.RetryAsync(
        () => parts.Instances.FaultAsync(
            instance, FailureText.Of(typeof(InvalidOperationException).FullName!, message), parts.Time.GetUtcNow().UtcDateTime,
            working.Token),
        working.Token));

    private void Committed(IReadOnlyList<Finished> batch)
    {
        foreach (var finished in batch)
            if (finished.Turn?.Result is { } turn) parts.Waiters.Changed(turn.Work.Facts.InstanceId, turn.Outcome.Ended);
        parts.Wake.Set();
    }

    private async Task ReconcileAsync(Node current, CancellationToken stopping)
    {
        await committer.Gate.WaitAsync(stopping);
        try
        {
            await parts.Nodes.FreeUnknownAsync(current.Id, [.. current.Turns.Keys], [.. current.Activities.Keys], stopping);
            current.Uncertain = false;
        }
        finally
        {
            committer.Gate.Release();
        }
    }

    private async Task<Node> ReplaceNodeAsync(Node lost, CancellationToken stopping)
    {
        LogLost(log);
        lost.Lost = true;
        await lost.Cancellation.CancelAsync();
        live.Clear();
        var next = new Node();
        await parts.Nodes.RegisterAsync(next.Id, parts.Options.Lease, stopping);
        return node = next;
    }

    // Others are declared dead only by a node that was itself heard without a break for a whole lease: after an outage of the database
    // everybody is late, and everybody gets the time to renew.
    private async Task BeatAsync(CancellationToken stopping)
    {
        var current = node;
        try
        {
            if (await parts.Nodes.BeatAsync(current.Id, parts.Options.Lease, stopping) is { } peers) committer.Peers = peers;
            else current.Lost = true;
        }
        catch
        {
            aliveSince = 0;
            throw;
        }
        if (current.Lost) parts.Wake.Set();
        if (aliveSince == 0) aliveSince = parts.Time.GetTimestamp();
        if (parts.Time.GetElapsedTime(aliveSince) >= parts.Options.Lease && committer.Peers > 0
            && await parts.Nodes.ReapAsync(stopping) is > 0 and var count)
        {
            LogReaped(log, count);
            parts.Wake.Set();
        }
        await Task.Delay(parts.Options.Lease / 4, parts.Time, stopping);
    }

    private Task ListenAsync(CancellationToken stopping) => parts.Notifications.ListenAsync(parts.Wake.Set, stopping);
}
