using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Transforms.Json;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Masking;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Quality;
using Pipeline.Transforms.Quarantine;
using Pipeline.Transforms.Rates;
using Pipeline.Transforms.Rows;
using Pipeline.Transforms.Segments;
using Pipeline.Transforms.Slices;

namespace Pipeline.Transforms.Publishing;

/// <summary>The transform itself: a publication's segments to Parquet objects, staged rows and a quarantine object, all invisible
/// yet.</summary>
/// <remarks>A pure function of segments, contract, refused rows and published keys: run again, it makes the same objects. Disposing aborts
/// what is not finished.</remarks>
/// <param name="published">What was published before; needed where the contract has a dedupe.</param>
internal sealed class PublicationTransform(
    PublicationStores stores, PublicationAttempt attempt, DatasetContract contract, LakePartitioner lake, QuarantineWriter quarantine,
    IRates? rates, IAvroSchemas? schemas, MaskKeys? keys, IPublishedKeys? published) : IAsyncDisposable
{
    /// <summary>Rows and bytes of records at which a batch is passed on. Blocks are gathered, because a block alone has few rows for each of
    /// many files; the bounds keep what wide or long records take as small as it matters.</summary>
    private const int BatchRows = 65_536, BatchBytes = 16 << 20;

    private readonly UnknownFieldCounter unknown = new();
    private readonly BatchMask? mask = BatchMask.Of(contract, keys ?? MaskKeys.None);
    private readonly EventTimes times = new(contract);
    private readonly ColumnProfiles profiles = new(contract, attempt);
    private readonly SliceRows? slices = SliceRows.Of(contract, attempt, quarantine);
    private readonly RowFilters? filters = RowFilters.Of(contract, quarantine);
    private readonly Duplicates? duplicates = Duplicates.Of(contract, published);
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
        using var decoder = BlockDecoders.For(contract, rates, schemas);
        var batch = RecordBatches.For(contract);
        var feed = new SegmentFeed(stores.Segments, attempt);
        var rawBytes = 0L;
        await foreach (var (segment, block) in lake.Threads > 1 ? feed.BlocksAheadAsync(stopping) : feed.BlocksAsync(stopping))
        {
            if (batch.Rows >= BatchRows || rawBytes >= BatchBytes || !Continues(batch, segment, block))
            {
                await TakeAsync(batch, session, stopping);
                rawBytes = 0;
            }
            batch.Shard = segment.Shard;
            await decoder.PrepareAsync(block, batch, stopping);
            var sink = slices ?? (IRejectionSink)quarantine;
            records += decoder.Decode(block, batch, sink, unknown, refused.Of(segment.Shard.ToString()));
            rawBytes += block.Values.Length;
            await quarantine.FlushAsync(stopping);
        }
        await TakeAsync(batch, session, stopping);
        if (slices?.Bad() is { Count: > 0 } bad) throw new SlicesWithheldException(bad);
    }

    /// <summary>Finishes the uploads and says where the records went.</summary>
    /// <exception cref="InvalidOperationException">A record is not accounted for: a fault of this program, and nothing is
    /// committed.</exception>
    public async Task<PublicationResult> FinishAsync(CancellationToken stopping)
    {
        await lake.FinishAsync(stopping);
        refusedObject = await quarantine.FinishAsync(stopping);
        var counts = new PublicationCounts(records, rows, (slices?.Duplicates ?? 0) + (duplicates?.Count ?? 0), quarantine.Records);
        if (!counts.Balanced)
            throw new InvalidOperationException($"Publication {attempt.Plan.Id} does not balance: {counts}. Nothing was committed.");
        return new(counts, Objects, quarantine.Counts, unknown.ToDictionary(), times.Min, times.Max)
        {
            Slices = slices?.Outcomes ?? [], Keys = duplicates?.Owned ?? [],
            Watermark = times.Watermark, EventHours = times.Hours, Profiles = profiles.Counted,
        };
    }

    /// <summary>Whether a block's rows can follow the batch's: one shard, positions ascending.</summary>
    private static bool Continues(RecordBatch batch, LandedSegment segment, SegmentBlock block) =>
        batch.Rows == 0 || (batch.Shard == segment.Shard && batch.Positions.Values[^1] < block.Positions[0]);

    private async ValueTask TakeAsync(RecordBatch batch, IPublicationSession? session, CancellationToken stopping)
    {
        if (batch.Rows == 0) return;
        var kept = filters?.Keep(batch) ?? batch;
        kept = slices?.Keep(kept) ?? kept;
        if (duplicates is not null) kept = await duplicates.KeepAsync(kept, stopping);
        rows += kept.Rows;
        times.Add(kept);
        profiles.Add(kept);
        if (mask is not null && kept.Rows != 0) kept = mask.Apply(kept);
        if (session is not null && kept.Rows != 0) await session.StageAsync(kept, stopping);
        await lake.AddAsync(kept, stopping);
        batch.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        mask?.Dispose();
        await lake.DisposeAsync();
        await quarantine.DisposeAsync();
    }
}
