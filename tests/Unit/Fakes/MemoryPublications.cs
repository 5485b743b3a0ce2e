using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Transforms;
using Pipeline.Transforms.Ports;

namespace Pipeline.Tests.Unit.Fakes;

/// <summary>One planned publication, its sessions and its part of the ledger, in memory.</summary>
public sealed class MemoryPublications(PublicationPlan plan, IReadOnlyList<LandedSegment> segments) : IPublicationSessions, IPublicationLedger
{
    private readonly List<UnfinishedObject> objects = [];
    private readonly HashSet<long> visible = [];

    /// <summary>The extractions its segments hold.</summary>
    public IReadOnlyList<PinnedExtraction> Extractions { get; init; } = [];

    /// <summary>Attempts begun.</summary>
    public int Attempts { get; private set; }

    /// <summary>What was committed; null before.</summary>
    public PublicationResult? Committed { get; private set; }

    /// <summary>Positions of the rows that the committed attempt staged.</summary>
    public List<(string Shard, long Position)> Rows { get; private set; } = [];

    /// <summary>Rows the table refuses: asked for each staged row, null accepts it.</summary>
    public Func<string, long, string?> Refuse { get; set; } = (_, _) => null;

    /// <summary>Called before a commit decides; what it returns is thrown.</summary>
    public Func<Exception?>? CommitFault { get; set; }

    /// <summary>The next commits find a later attempt.</summary>
    public bool Fenced { get; set; }

    public Task<IPublicationSession?> BeginAsync(long publicationId, DatasetContract contract, CancellationToken stopping) =>
        Task.FromResult<IPublicationSession?>(Committed is null ? new Session(this, new(plan, ++Attempts, segments) { Extractions = Extractions }) : null);

    public Task<PublicationAttempt> CommittedAsync(long publicationId, CancellationToken stopping) =>
        Task.FromResult(new PublicationAttempt(plan, Attempts, segments) { Extractions = Extractions });

    public IPublishedKeys? CommittedKeys(DatasetContract contract) => null;

    public Task<IReadOnlyList<UnfinishedObject>> UnfinishedAsync(long? publicationId, int limit, CancellationToken stopping) =>
        Task.FromResult<IReadOnlyList<UnfinishedObject>>([.. objects.Where(each => !visible.Contains(each.ObjectId)).Take(limit)]);

    public Task MarkVisibleAsync(IReadOnlyCollection<long> objectIds, CancellationToken stopping)
    {
        visible.UnionWith(objectIds);
        return Task.CompletedTask;
    }

    public Task<bool> ReplaceUploadAsync(long objectId, StagedObject rebuilt, CancellationToken stopping)
    {
        var index = objects.FindIndex(each => each.ObjectId == objectId);
        objects[index] = objects[index] with { Staged = rebuilt };
        return Task.FromResult(true);
    }

    public Task<IReadOnlyList<UnfinishedObject>> SupersededAsync(long? publicationId, int limit, CancellationToken stopping) =>
        Task.FromResult<IReadOnlyList<UnfinishedObject>>([]);

    public Task MarkRemovedAsync(IReadOnlyCollection<long> objectIds, CancellationToken stopping) => Task.CompletedTask;

    public Task<IReadOnlyList<PublicationPlan>> PlanReplayAsync(
        string dataset, int contractVersion, string? account, DateOnly from, DateOnly to, CancellationToken stopping) =>
        Task.FromResult<IReadOnlyList<PublicationPlan>>([]);

    public Task<IReadOnlyList<PublicationPlan>> PlanAsync(
        string dataset, int contractVersion, long maxRawBytes, int maxPublications, CancellationToken stopping) =>
        Task.FromResult<IReadOnlyList<PublicationPlan>>(Committed is null ? [plan] : []);

    public Task<Backlog> BacklogAsync(string dataset, CancellationToken stopping) =>
        Task.FromResult(new Backlog(0, 0, 0, null, Committed is null ? 1 : 0));

    public Task DelayAsync(long publicationId, string reason, CancellationToken stopping) => throw new TransientException(reason);

    public Task FailAsync(long publicationId, string reason, CancellationToken stopping) => throw new TerminalException(reason);

    private sealed class Session(MemoryPublications ledger, PublicationAttempt attempt) : IPublicationSession
    {
        private readonly List<(string Shard, long Position)> staged = [];

        public PublicationAttempt Attempt => attempt;

        public IPublishedKeys? Keys => null;

        public ValueTask StageAsync(RecordBatch batch, CancellationToken stopping)
        {
            foreach (var position in batch.Positions.Values) staged.Add((batch.Shard.ToString(), position));
            return ValueTask.CompletedTask;
        }

        public Task<CommitOutcome> CommitAsync(PublicationResult result, CancellationToken stopping)
        {
            if (ledger.CommitFault?.Invoke() is { } error) throw error;
            if (ledger.Fenced) return Task.FromResult(CommitOutcome.Fenced);
            var refused = staged.Select(row => new RefusedRow(row.Shard, row.Position, ledger.Refuse(row.Shard, row.Position)!))
                .Where(row => row.Reason is not null).ToList();
            if (refused.Count != 0) throw new RowsRefusedException(refused);
            ledger.Committed = result;
            ledger.Rows = staged;
            foreach (var made in result.Objects)
                ledger.objects.Add(new(ledger.objects.Count + 1, attempt.Plan.Id, attempt.Plan.Dataset, made.Role, made.Staged));
            return Task.FromResult(CommitOutcome.Committed);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
