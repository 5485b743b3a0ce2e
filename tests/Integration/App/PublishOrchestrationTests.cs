using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Pipeline.App.Activities;
using Pipeline.App.Orchestrations;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Publishing;

namespace Pipeline.Tests.Integration.App;

/// <summary>What a run of publishing does when its publications end otherwise than by a commit.</summary>
public sealed class PublishOrchestrationTests
{
    private static readonly PublicationSummary Committed = new(1, PublicationEnd.Committed, new(3, 2, 1, 0), 1, 0);

    [Fact]
    public async Task What_is_committed_is_counted_and_the_backlog_asked_for_again()
    {
        var run = new Run([() => Committed, () => Committed with { PublicationId = 2 }]);
        await PublishOrchestration.RunAsync(run, new("orders"));
        Assert.Equal(new PublishReport(2, 0, 6, 4, 2, 0), run.Next!.Report);
        Assert.Empty(run.GivenUp);
    }

    [Fact]
    public async Task What_cannot_succeed_is_given_up_with_its_reason_and_the_others_go_on()
    {
        var run = new Run([() => Committed, () => throw new TerminalException("The table differs.")]);
        await PublishOrchestration.RunAsync(run, new("orders"));
        Assert.Equal([new GivenUp(2, "The table differs.")], run.GivenUp);
        Assert.Equal(new PublishReport(1, 1, 3, 2, 1, 0), run.Next!.Report);
    }

    [Fact]
    public async Task What_waits_for_a_store_that_is_away_is_never_given_up_and_the_run_ends()
    {
        var run = new Run([() => Committed, () => throw new TransientException("S3 does not answer.")]);
        Assert.Equal(new PublishReport(1, 0, 3, 2, 1, 0), await PublishOrchestration.RunAsync(run, new("orders")));
        Assert.Empty(run.GivenUp);
        Assert.Equal([new GivenUp(2, "S3 does not answer.")], run.Delayed);
        Assert.Null(run.Next);
    }

    [Theory]
    [InlineData(false, 0, 1)]
    [InlineData(true, 1, 0)]
    public async Task What_runs_out_of_time_waits_once_and_is_given_up_then(bool waited, int givenUp, int delayed)
    {
        var run = new Run([() => throw new TimeoutException("It ran for 30 minutes.")]) { Waits = waited };
        await PublishOrchestration.RunAsync(run, new("orders"));
        Assert.Equal((givenUp, delayed), (run.GivenUp.Count, run.Delayed.Count));
    }

    [Fact]
    public async Task What_waited_before_is_tried_once_after_a_while()
    {
        var run = new Run([() => Committed]) { Waits = true };
        await PublishOrchestration.RunAsync(run, new("orders"));
        Assert.Equal((DateTime.UnixEpoch.AddMinutes(2), null), (Assert.Single(run.Timers), Assert.Single(run.Retries)));
    }

    [Fact]
    public async Task A_run_that_another_one_fences_off_leaves_the_publication_to_that_one()
    {
        var run = new Run([() => Committed with { End = PublicationEnd.Fenced, Counts = default }]);
        Assert.Equal(new PublishReport(0, 0, 0, 0, 0, 0), await PublishOrchestration.RunAsync(run, new("orders")));
        Assert.Null(run.Next);
    }

    /// <summary>An orchestration whose publications end as a test says, after their retries.</summary>
    private sealed class Run(IReadOnlyList<Func<PublicationSummary>> ends) : TaskOrchestrationContext
    {
        public List<GivenUp> GivenUp { get; } = [];

        public List<GivenUp> Delayed { get; } = [];

        public List<DateTime> Timers { get; } = [];

        public List<TaskRetryOptions?> Retries { get; } = [];

        public bool Waits { get; init; }

        public PublishRequest? Next { get; private set; }

        public override TaskName Name => nameof(PublishOrchestration);

        public override string InstanceId => "publish-orders";

        public override ParentOrchestrationInstance? Parent => null;

        public override DateTime CurrentUtcDateTime => DateTime.UnixEpoch;

        public override bool IsReplaying => false;

        protected override ILoggerFactory LoggerFactory => throw new NotSupportedException();

        public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
        {
            await Task.Yield();
            if (name.Name == nameof(TransformPublicationActivity)) lock (Retries) Retries.Add(options?.Retry);
            try
            {
                return (TResult)Result(name, input)!;
            }
            catch (Exception error) when (error is TransientException or TerminalException or TimeoutException)
            {
                throw new TaskFailedException(name.Name, 0, error);
            }
        }

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) => Next = (PublishRequest)newInput!;

        public override void SetCustomStatus(object? customStatus) { }

        public override T GetInput<T>() => throw new NotSupportedException();

        public override Guid NewGuid() => throw new NotSupportedException();

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
        {
            Timers.Add(fireAt);
            return Task.CompletedTask;
        }

        public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException();

        public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public override Task<TResult> CallSubOrchestratorAsync<TResult>(
            TaskName orchestratorName, object? input = null, TaskOptions? options = null) => throw new NotSupportedException();

        private object? Result(TaskName name, object? input)
        {
            switch (name.Name)
            {
                case nameof(PlanPublicationsActivity):
                    return ends.Select((_, i) => new PublicationPlan(i + 1, "orders", 1, 100) { Waits = Waits }).ToArray();
                case nameof(TransformPublicationActivity):
                    return ends[(int)((PublicationPlan)input!).Id - 1]();
                case nameof(DelayPublicationActivity):
                    lock (Delayed) Delayed.Add((GivenUp)input!);
                    return null;
                default:
                    lock (GivenUp) GivenUp.Add((GivenUp)input!);
                    return null;
            }
        }
    }
}
