using Microsoft.DurableTask;

namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>
/// Events and those who wait for them, by name ignoring case. An event nobody waits for is kept, first in first out; of several
/// waiters the newest is served first.
/// </summary>
internal sealed class ExternalEvents(DataConverter converter)
{
    private readonly Dictionary<string, Queue<(long Order, string Name, string? Payload)>> kept = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, LinkedList<IWaiter>> waiters = new(StringComparer.OrdinalIgnoreCase);
    private long order;

    private interface IWaiter
    {
        Type Type { get; }

        void Receive(string? payload);
    }

    /// <summary>True while code waits for some event.</summary>
    public bool Awaited => waiters.Count > 0;

    /// <summary>The events nobody took, in the order they came.</summary>
    public IEnumerable<(string Name, string? Payload)> Unprocessed =>
        kept.Values.SelectMany(events => events).OrderBy(e => e.Order).Select(e => (e.Name, e.Payload));

    public void Receive(string name, string? payload)
    {
        if (waiters.TryGetValue(name, out var waiting))
        {
            var newest = waiting.Last!.Value;
            Remove(name, waiting, waiting.Last);
            newest.Receive(payload);
            return;
        }
        if (!kept.TryGetValue(name, out var events)) kept[name] = events = new();
        events.Enqueue((order++, name, payload));
    }

    public Task<T> WaitAsync<T>(string name, CancellationToken cancellation)
    {
        var waiter = new Waiter<T>(converter);
        if (kept.TryGetValue(name, out var events))
        {
            waiter.Receive(events.Dequeue().Payload);
            if (events.Count == 0) kept.Remove(name);
            return waiter.Task;
        }
        if (!waiters.TryGetValue(name, out var waiting)) waiters[name] = waiting = new();
        else if (waiting.Last!.Value.Type != typeof(T))
            throw new ArgumentException(
                $"Events named {name} are already awaited as {waiting.Last.Value.Type.Name}; "
                + $"they cannot be awaited as {typeof(T).Name} too.");
        var node = waiting.AddLast(waiter);
        cancellation.Register(() =>
        {
            if (node.List is null) return;
            Remove(name, waiting, node);
            waiter.Cancel(cancellation);
        });
        return waiter.Task;
    }

    private void Remove(string name, LinkedList<IWaiter> waiting, LinkedListNode<IWaiter> node)
    {
        waiting.Remove(node);
        if (waiting.Count == 0) waiters.Remove(name);
    }

    private sealed class Waiter<T>(DataConverter converter) : IWaiter
    {
        private readonly OpenTask<T> task = new(HistoryKind.EventRaised, -1, "", converter);

        public Type Type => typeof(T);

        public Task<T> Task => task.Task;

        public void Receive(string? payload) => task.Complete(payload);

        public void Cancel(CancellationToken token) => task.Cancel(token);
    }
}
