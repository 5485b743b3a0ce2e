using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>
/// Orchestrations kept live between turns, so that a turn need not replay. One is used only when instance, execution and the length of
/// its history are what the database says; anything else is replayed from there.
/// </summary>
internal sealed class LiveOrchestrations(int capacity)
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, LinkedListNode<Entry>> byInstance = [];
    private readonly LinkedList<Entry> byUse = new();

    private sealed record Entry(long Instance, Orchestration Orchestration, int HistoryLength);

    /// <summary>Takes the live state out, if it is exactly the one asked for.</summary>
    public Orchestration? Take(long instance, Guid execution, int historyLength)
    {
        lock (gate)
        {
            if (!byInstance.Remove(instance, out var node)) return null;
            byUse.Remove(node);
            var entry = node.Value;
            return entry.Orchestration.Facts.Execution == execution && entry.HistoryLength == historyLength ? entry.Orchestration : null;
        }
    }

    /// <summary>Keeps a live state after its turn was committed.</summary>
    public void Keep(long instance, Orchestration orchestration, int historyLength)
    {
        lock (gate)
        {
            if (byInstance.Remove(instance, out var old)) byUse.Remove(old);
            byInstance[instance] = byUse.AddFirst(new Entry(instance, orchestration, historyLength));
            if (byInstance.Count <= capacity) return;
            byInstance.Remove(byUse.Last!.Value.Instance);
            byUse.RemoveLast();
        }
    }

    public void Clear()
    {
        lock (gate)
        {
            byInstance.Clear();
            byUse.Clear();
        }
    }
}
