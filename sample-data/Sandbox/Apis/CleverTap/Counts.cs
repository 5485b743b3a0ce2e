using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>Counts that were asked for: ready when they are asked about a second time.</summary>
internal sealed class Counts
{
    private const long FirstId = 384_649_162_721_000;

    private readonly ConcurrentDictionary<long, Count> counts = new();
    private long asked = FirstId;

    /// <summary>What is being counted.</summary>
    public sealed record Count(string AccountId, string Slice, int Value)
    {
        private int polls;

        /// <summary>The answer to one more poll.</summary>
        public JsonObject Poll(long id) => Interlocked.Increment(ref polls) > 1
            ? new() { ["status"] = "success", ["count"] = Value }
            : Partial(id);
    }

    /// <summary>Begins to count.</summary>
    public JsonObject Ask(string account, string slice, int value)
    {
        var id = Interlocked.Increment(ref asked);
        counts[id] = new(account, slice, value);
        return Partial(id);
    }

    /// <summary>The count, or null.</summary>
    public Count? Find(long id) => counts.GetValueOrDefault(id);

    /// <summary>Nothing was asked for.</summary>
    public void Clear() => counts.Clear();

    private static JsonObject Partial(long id) => new() { ["status"] = "partial", ["req_id"] = id };
}
