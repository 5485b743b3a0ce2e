using Microsoft.Extensions.Logging;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Telemetry;

namespace Pipeline.Sources.Kafka;

/// <summary>Lands what the brokers have and no trigger delivered: after a skipped batch at a log's end, or an operator's new generation.</summary>
/// <remarks>A trigger that skips offsets says nothing; only the broker's own watermarks do. Run by a timer.</remarks>
public sealed class CatchUpKafka(
    ILandingLedger ledger, IKafkaLog kafka, KafkaStretches stretches, SegmentLanding landing, TimeProvider time, ILogger<CatchUpKafka> log)
{
    /// <summary>A stream that landed something within this time is left to its trigger.</summary>
    private static readonly TimeSpan QuietFor = TimeSpan.FromMinutes(1);

    /// <summary>Lands the rest of every quiet topic-partition of a topic.</summary>
    /// <returns>Records landed.</returns>
    /// <exception cref="TransientException">A leader, PostgreSQL or the store is away; the other topic-partitions had their turn.</exception>
    public async Task<long> RunAsync(string dataset, string topic, CancellationToken stopping)
    {
        var cursors = (await ledger.CursorsAsync(dataset, stopping)).ToDictionary(cursor => cursor.Shard.Stream);
        var (landed, streams) = (0L, new EachInTurn());
        foreach (var topicPartition in await kafka.TopicPartitionsAsync(topic, stopping))
            landed += await streams.RunAsync(() =>
                LandIfQuietAsync(dataset, topicPartition, cursors.GetValueOrDefault(topicPartition.Stream), stopping));
        streams.ThrowFirst();
        return landed;
    }

    private async Task<long> LandIfQuietAsync(string dataset, TopicPartition topicPartition, ShardCursor? cursor, CancellationToken stopping)
    {
        var marks = await kafka.WatermarksAsync(topicPartition, stopping);
        if (cursor?.StoppedReason is not null || (cursor?.NextPosition ?? marks.Low) == marks.High) return 0;
        return cursor?.LandedAt > time.GetUtcNow() - QuietFor ? 0 : await LandRestAsync(dataset, topicPartition, stopping);
    }

    private async Task<long> LandRestAsync(string dataset, TopicPartition topicPartition, CancellationToken stopping)
    {
        using var span = Spans.Start("land", dataset);
        var landed = 0L;
        for (var complete = false; !complete;)
        {
            var claim = (await ledger.ClaimAsync(dataset, [topicPartition.Stream], stopping))[0];
            var stretch = await stretches.CatchUpAsync(dataset, claim, topicPartition, stopping);
            var drafts = await landing.WriteAsync(dataset, claim, stretch.Pieces, stopping);
            var lost = await ledger.LandAsync(drafts, stopping);
            if (lost.Count > 0) break;      // the trigger is at work again and needs no help
            Landed.Count(dataset, drafts);
            landed += drafts.Sum(draft => draft.Records);
            complete = stretch.Complete;
        }

        if (landed > 0) Log.CaughtUp(log, dataset, topicPartition.Stream, (int)landed);
        return landed;
    }
}
