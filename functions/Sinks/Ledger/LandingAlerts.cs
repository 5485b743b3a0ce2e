using Pipeline.Domain.Alerts;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;

namespace Pipeline.Sinks.Ledger;

/// <summary>The alerts that landing raises, in the transaction of what they tell of.</summary>
internal static class LandingAlerts
{
    /// <summary>Ends when the stream's generation is raised.</summary>
    public const string StoppedCode = "shard_stopped";

    /// <summary>A range was recorded as void.</summary>
    public static Alert Void(SegmentDraft draft) => new(
        AlertSeverity.Critical, draft.Dataset, "positions_void", $"{draft.Shard}:{draft.Positions.First}-{draft.Positions.Last}",
        $"The broker no longer has positions {draft.Positions.First} to {draft.Positions.Last} of {draft.Shard}: they were deleted before they "
        + "were landed and are recorded as void. Ask the producer to send them again, and raise the topic's retention above the longest "
        + "outage.")
    {
        Since = null, Expected = $"positions {draft.Positions.First} to {draft.Positions.Last}",
        Seen = "none of them, the broker begins behind",
        Query = AlertQueries.Positions(draft.Dataset, draft.Shard, draft.Positions),
    };

    /// <summary>A shard was stopped.</summary>
    public static Alert Stopped(string dataset, Shard shard, string reason) => new(
        AlertSeverity.Critical, dataset, StoppedCode, shard.ToString(),
        $"Nothing lands on {shard} any more: {reason} Check the topic, then raise the stream's generation to read it from its start.")
    {
        Since = null, Expected = "a log that goes on where landing stands", Seen = reason,
        Query = AlertQueries.Cursor(dataset, shard.Stream),
    };
}
