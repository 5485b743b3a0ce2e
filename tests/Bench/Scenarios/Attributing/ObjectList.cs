using Pipeline.Domain.Attribution;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;

namespace Pipeline.Tests.Bench.Scenarios.Attributing;

/// <summary>The ledger's answers from a list of objects, so that the correlation alone is measured; keeps what was landed.</summary>
internal sealed class ObjectList(IReadOnlyList<LakeObject> objects) : IAttributionLedger, ISliceLedger
{
    private long extractions;

    /// <summary>Keys of the objects that hold the results.</summary>
    public List<string> Landed { get; } = [];

    public Task<IReadOnlyList<LakeObject>> ObjectsAsync(string dataset, int bucket, DateOnly from, DateOnly to,
        CancellationToken stopping) =>
        Task.FromResult<IReadOnlyList<LakeObject>>([.. objects.Where(each => each.Day >= from && each.Day <= to
            && each.Key.StartsWith($"{dataset}/", StringComparison.Ordinal)
            && each.Key.Contains($"/{AttributionNames.FolderOf(bucket)}/", StringComparison.Ordinal))]);

    public Task<IReadOnlyList<AttributionResult>> ResultsAsync(int? bucket, DateOnly from, DateOnly to, CancellationToken stopping) =>
        Task.FromResult<IReadOnlyList<AttributionResult>>([]);

    public Task<Extraction> BeginAsync(SliceWindow window, IReadOnlyList<string> datasets, CancellationToken stopping) =>
        Task.FromResult(new Extraction(++extractions, window, DateTimeOffset.UnixEpoch));

    public Task<bool> LandAsync(Extraction extraction, IReadOnlyList<ExtractedPart> parts, string? suspect, CancellationToken stopping)
    {
        Landed.AddRange(parts.Select(part => part.ObjectKey));
        return Task.FromResult(true);
    }

    public Task RecordAsync(AttributionResult result, CancellationToken stopping) => Task.CompletedTask;

    public Task DropAsync(IReadOnlyCollection<long> extractionIds, CancellationToken stopping) => Task.CompletedTask;

    public Task MarkSeenAsync(IReadOnlyCollection<long> publications, CancellationToken stopping) => Task.CompletedTask;

    public Task<AttributionChanges> ChangesAsync(int limit, CancellationToken stopping) =>
        Task.FromResult(new AttributionChanges([], [], []));

    public Task<IReadOnlyList<BucketDay>> DaysAsync(string dataset, DateOnly from, DateOnly to, CancellationToken stopping) =>
        Task.FromResult<IReadOnlyList<BucketDay>>([]);

    public Task<IReadOnlyList<SliceStatus>> StatusAsync(string dataset, string? account, DateOnly from, DateOnly to,
        CancellationToken stopping) =>
        Task.FromResult<IReadOnlyList<SliceStatus>>([]);
}
