using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Quarantine;
using Pipeline.Transforms.Rates;
using Pipeline.Transforms.Slices;

namespace Pipeline.Transforms.Publishing;

/// <summary>The transform itself: a publication's segments to Parquet objects, staged rows and a quarantine object, all invisible
/// yet.</summary>
/// <remarks>A pure function of segments, contract and refused rows: run again, it makes the same objects. Disposing aborts what is not
/// finished.</remarks>
internal sealed class PublicationTransform(
    PublicationStores stores, PublicationAttempt attempt, DatasetContract contract, LakePartitioner lake, QuarantineWriter quarantine,
    IRates? rates) : IAsyncDisposable
{
    private readonly UnknownFieldCounter unknown = new();
    private readonly EventTimes times = new(contract);
    private readonly SliceRows? slices = SliceRows.Of(contract, attempt, quarantine);
    private PublishedObject? refusedObject;
    private long records;
    private long rows;

    /// <summary>Objects whose uploads are finished; all of them once <see cref="FinishAsync"/> returned.</summary>
    public IReadOnlyList<PublishedObject> Objects => refusedObject is null ? lake.Finished : [.. lake.Finished, refusedObject];

    /// <summary>Decodes, routes and stages all records.</summary>
    /// <param name="session">Where table rows are staged; null when only objects are made.</param>
    /// <exception cref="SlicesWithheldException">Of some slices too many rows are refused.</exception>
    public async Task ReadAsync(IPublicationSession? session, RefusedRows refused, CancellationToken stopping)
    {
        using var decoder = BlockDecoders.For(contract, rates);
        var batch = RecordBatches.For(contract);
        var feed = new SegmentFeed(stores.Segments, attempt);
        await foreach (var (segment, block) in lake.Threads > 1 ? feed.BlocksAheadAsync(stopping) : feed.BlocksAsync(stopping))
        {
            batch.Clear();
            batch.Shard = segment.Shard;
            var sink = slices ?? (IRejectionSink)quarantine;
            records += decoder.Decode(block, batch, sink, unknown, refused.Of(segment.Shard.ToString()));
            var kept = slices?.Keep(batch) ?? batch;
            rows += kept.Rows;
            times.Add(kept);
            if (session is not null && kept.Rows != 0) await session.StageAsync(kept, stopping);
            await lake.AddAsync(kept, stopping);
            await quarantine.FlushAsync(stopping);
        }
        if (slices?.Bad() is { Count: > 0 } bad) throw new SlicesWithheldException(bad);
    }

    /// <summary>Finishes the uploads and says where the records went.</summary>
    /// <exception cref="InvalidOperationException">A record is not accounted for: a fault of this program, and nothing is
    /// committed.</exception>
    public async Task<PublicationResult> FinishAsync(CancellationToken stopping)
    {
        await lake.FinishAsync(stopping);
        refusedObject = await quarantine.FinishAsync(stopping);
        var counts = new PublicationCounts(records, rows, slices?.Duplicates ?? 0, quarantine.Records);
        if (!counts.Balanced)
            throw new InvalidOperationException($"Publication {attempt.Plan.Id} does not balance: {counts}. Nothing was committed.");
        return new(counts, Objects, quarantine.Counts, unknown.ToDictionary(), times.Min, times.Max) { Slices = slices?.Outcomes ?? [] };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await lake.DisposeAsync();
        await quarantine.DisposeAsync();
    }
}
