using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Telemetry;

namespace Pipeline.Sources.Kafka;

/// <summary>Lands what a Kafka trigger delivered: each accepted position ends in exactly one segment, whatever the batch's boundaries.</summary>
/// <remarks>
/// The ledger's cursor is the truth, the group's committed offsets are a hint: redelivered records are cropped, holes are read from the
/// broker, and a topic that was recreated stops its shard. Running it again with the same batch changes nothing (DESIGN 5, Land).
/// </remarks>
public sealed class LandKafkaBatch(
    ILandingLedger ledger, KafkaStretches stretches, SegmentLanding landing, TimeProvider time, ILogger<LandKafkaBatch> log)
{
    private const int MaxRaces = 50;

    /// <summary>Objects written at once: a batch holds a piece of each topic-partition, and a store takes its time for every one.</summary>
    private const int WritesAtOnce = 16;

    /// <summary>Of which so many are read back from the broker first: each holds up to a whole segment, whatever was delivered.</summary>
    private const int ReadsAtOnce = 4;

    private readonly SemaphoreSlim readingBack = new(ReadsAtOnce);

    /// <summary>Lands one delivered batch of a dataset.</summary>
    /// <param name="delivered">Records of each topic-partition, by ascending offset.</param>
    /// <returns>When every record is landed, or its shard is stopped with an alert.</returns>
    /// <exception cref="Domain.Failures.TransientException">PostgreSQL, the store or the broker is away: deliver the batch again.</exception>
    public async Task RunAsync(
        string dataset, IReadOnlyDictionary<TopicPartition, IReadOnlyList<RawRecord>> delivered, CancellationToken stopping)
    {
        using var span = Spans.Start("land", dataset);
        var open = new Dictionary<TopicPartition, IReadOnlyList<RawRecord>>(delivered);
        for (var race = 0; open.Count > 0; race++)
        {
            var claims = await ledger.ClaimAsync(dataset, [.. open.Keys.Select(topicPartition => topicPartition.Stream)], stopping);
            var written = new (IReadOnlyList<SegmentDraft> Drafts, bool Complete)[claims.Count];
            await Parallel.ForAsync(0, claims.Count, new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = stopping },
                async (i, stop) => written[i] = await WriteAsync(dataset, claims[i], open, stop));
            var drafts = written.SelectMany(each => each.Drafts).ToList();
            var unfinished = claims.Zip(written).Where(each => !each.Second.Complete).Select(each => each.First.Shard).ToHashSet();

            var lost = await ledger.LandAsync(drafts, stopping);
            foreach (var claim in claims)
                if (!unfinished.Contains(claim.Shard) && !lost.Contains(claim.Shard)) open.Remove(TopicPartition.Parse(claim.Shard.Stream));

            Count(dataset, [.. drafts.Where(draft => !lost.Contains(draft.Shard))], lost.Count, span);
            Log.Landed(log, dataset, drafts.Sum(draft => draft.Records), drafts.Count, drafts.Sum(draft => draft.RawBytes), lost.Count);
            if (lost.Count > 0) await BackOffAsync(dataset, race, lost, stopping);
        }
    }

    private async Task<(IReadOnlyList<SegmentDraft> Drafts, bool Complete)> WriteAsync(
        string dataset, ShardClaim claim, IReadOnlyDictionary<TopicPartition, IReadOnlyList<RawRecord>> delivered, CancellationToken stopping)
    {
        var topicPartition = TopicPartition.Parse(claim.Shard.Stream);
        var records = delivered[topicPartition];
        var readsBack = records.Count > 0 && (claim.NextPosition ?? 0) < KafkaStretches.BehindHoles(records);
        if (readsBack) await readingBack.WaitAsync(stopping);
        try
        {
            var stretch = await stretches.FollowAsync(dataset, claim, topicPartition, records, stopping);
            return (await landing.WriteAsync(dataset, claim, stretch.Pieces, stopping), stretch.Complete);
        }
        finally
        {
            if (readsBack) readingBack.Release();
        }
    }

    private static void Count(string dataset, List<SegmentDraft> landed, int lost, Activity? span)
    {
        Landed.Count(dataset, landed);
        if (lost > 0) Instruments.LandingRaces.Add(lost, Instruments.Dataset(dataset));
        span?.SetTag("pipeline.records", landed.Sum(draft => draft.Records)).SetTag("pipeline.raw_bytes", landed.Sum(draft => draft.RawBytes))
            .SetTag("pipeline.segments", landed.Count);
    }

    // Two workers on one shard fence each other; a random pause lets one of them through.
    private async Task BackOffAsync(string dataset, int race, IReadOnlyList<Shard> lost, CancellationToken stopping)
    {
        if (race >= MaxRaces)
            throw new Domain.Failures.TransientException($"Landing {dataset} lost {MaxRaces} races for {lost[0]}; another worker holds the shard.");
        await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50 + 10 * race)), time, stopping);
    }
}
