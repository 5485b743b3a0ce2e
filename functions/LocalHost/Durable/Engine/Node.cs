using System.Collections.Concurrent;

namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>One lease of this engine and what it has in hand under it. A lost lease is never renewed: a new node takes its place.</summary>
internal sealed class Node
{
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>Keys of the instances whose turn is claimed and not yet committed.</summary>
    public ConcurrentDictionary<long, bool> Turns { get; } = new();

    /// <summary>Keys of the activities claimed and not yet committed.</summary>
    public ConcurrentDictionary<long, bool> Activities { get; } = new();

    /// <summary>Cancels the node's activities: the lease is lost, or the host's stop deadline passed.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    /// <summary>Set when the host stops: what has not begun is given back instead of run.</summary>
    public volatile bool Stopping;

    /// <summary>Set when the lease was lost: nothing this node finished may be written.</summary>
    public volatile bool Lost;

    /// <summary>Set when an answer was lost: rows may be marked as this node's that it does not know of.</summary>
    public volatile bool Uncertain;
}
