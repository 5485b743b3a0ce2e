using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Lake;
using Pipeline.Transforms;
using Pipeline.Transforms.Lake;
using Pipeline.Transforms.Ports;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quarantine;

namespace Pipeline.Tests.Bench.Scenarios;

/// <summary>A landed backlog to partitioned Parquet on disk, through the use case that production runs; only the ledger is not there.</summary>
internal sealed class Transform(Sample sample, int threads) : IWorkload
{
    public double InputMb => sample.Bytes / 1e6;

    public long Rows => sample.Records;

    /// <summary>Where a run's Parquet lies, for the peer to read back.</summary>
    public string Lake => Path.Combine(sample.Folder, "lake");

    public Task LoadAsync() => Task.CompletedTask;

    /// <summary>Removes an earlier run's objects.</summary>
    public void Clear()
    {
        if (Directory.Exists(Lake)) Directory.Delete(Lake, recursive: true);
    }

    /// <returns>Bytes of the Parquet objects.</returns>
    public async Task<long> RunAsync()
    {
        var lake = new FolderStore(Lake);
        var publication = new Publication(new(1, Sample.Contract.Dataset, Sample.Contract.Version, sample.Bytes), sample.Segments);
        using var sealer = new AesGcmSealer(new byte[32]);
        var transform = new TransformPublication(
            publication, publication, new(sample.SegmentStore, lake, lake), sealer, new LakeOptions { Threads = threads });
        await transform.RunAsync(1, Sample.Contract, default);
        return publication.Committed.Sum(each => each.Staged.Bytes);
    }

    /// <summary>Has DuckDB read both lakes back and compare their rows.</summary>
    public Task<string?> DifferenceAsync() => Task.FromResult(DuckDb.Difference(Lake, DuckDb.LakeOf(sample)));

    public void Dispose() { }

    /// <summary>One publication without a table and without a database.</summary>
    private sealed class Publication(PublicationPlan plan, IReadOnlyList<Domain.Segments.LandedSegment> segments)
        : IPublicationSessions, IPublicationSession, IPublicationLedger
    {
        private bool visible;

        public IReadOnlyList<PublishedObject> Committed { get; private set; } = [];

        public PublicationAttempt Attempt => new(plan, 1, segments);

        public IPublishedKeys? Keys => null;

        public IPublishedKeys? CommittedKeys(DatasetContract contract) => null;

        public Task<IPublicationSession?> BeginAsync(long publicationId, DatasetContract contract, CancellationToken stopping) =>
            Task.FromResult<IPublicationSession?>(this);

        public Task<PublicationAttempt> CommittedAsync(long publicationId, CancellationToken stopping) => Task.FromResult(Attempt);

        public ValueTask StageAsync(RecordBatch batch, CancellationToken stopping) => ValueTask.CompletedTask;

        public Task<CommitOutcome> CommitAsync(PublicationResult result, CancellationToken stopping)
        {
            Committed = result.Objects;
            return Task.FromResult(CommitOutcome.Committed);
        }

        public Task<IReadOnlyList<UnfinishedObject>> UnfinishedAsync(long? publicationId, int limit, CancellationToken stopping) =>
            Task.FromResult<IReadOnlyList<UnfinishedObject>>(visible ? [] : [.. Committed.Select((each, i) =>
                new UnfinishedObject(i, plan.Id, plan.Dataset, each.Role, each.Staged))]);

        public Task MarkVisibleAsync(IReadOnlyCollection<long> objectIds, CancellationToken stopping)
        {
            visible = true;
            return Task.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public Task<IReadOnlyList<PublicationPlan>> PlanAsync(
            string dataset, int contractVersion, long maxRawBytes, int maxPublications, CancellationToken stopping) =>
            Task.FromResult<IReadOnlyList<PublicationPlan>>([plan]);

        public Task<Backlog> BacklogAsync(string dataset, CancellationToken stopping) =>
            Task.FromResult(new Backlog(segments.Count, 0, plan.RawBytes, null, 1));

        public Task<bool> ReplaceUploadAsync(long objectId, StagedObject rebuilt, CancellationToken stopping) =>
            throw new NotSupportedException("A folder loses no upload.");

        public Task<IReadOnlyList<UnfinishedObject>> SupersededAsync(long? publicationId, int limit, CancellationToken stopping) =>
            Task.FromResult<IReadOnlyList<UnfinishedObject>>([]);

        public Task MarkRemovedAsync(IReadOnlyCollection<long> objectIds, CancellationToken stopping) => Task.CompletedTask;

        public Task<IReadOnlyList<PublicationPlan>> PlanReplayAsync(
            string dataset, int contractVersion, string? account, DateOnly from, DateOnly to, CancellationToken stopping) =>
            throw new NotSupportedException("A bench has no slices.");

        public Task DelayAsync(long publicationId, string reason, CancellationToken stopping) => throw new InvalidOperationException(reason);

        public Task FailAsync(long publicationId, string reason, CancellationToken stopping) => throw new InvalidOperationException(reason);
    }
}
