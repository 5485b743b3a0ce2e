namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>
/// Runs an orchestrator's code on the thread of its turn and nowhere else, in the order things are queued. A continuation that another
/// thread queues stems from awaiting something that is not durable: it is refused and reported, never run.
/// </summary>
internal sealed class OrchestratorScheduler : TaskScheduler
{
    [ThreadStatic] private static OrchestratorScheduler? current;

    private readonly Queue<Task> queue = new();
    private readonly TurnContext turnContext;
    private Action? onIllegalAwait;

    public OrchestratorScheduler(Action onIllegalAwait)
    {
        this.onIllegalAwait = onIllegalAwait;
        turnContext = new TurnContext(this);
    }

    /// <summary>True on the thread of this orchestrator's turn.</summary>
    public bool IsCurrent => current == this;

    /// <summary>True once the code was continued from outside a turn.</summary>
    public bool IllegalAwait { get; private set; }

    /// <summary>Runs an action and everything it queues, on this thread.</summary>
    public void Run(Action action)
    {
        var (outerScheduler, outerContext) = (current, SynchronizationContext.Current);
        current = this;
        SynchronizationContext.SetSynchronizationContext(turnContext);
        try
        {
            Task.Factory.StartNew(action, CancellationToken.None, TaskCreationOptions.None, this);
            while (queue.TryDequeue(out var task)) TryExecuteTask(task);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outerContext);
            current = outerScheduler;
        }
    }

    /// <summary>Tells of code that runs or ended outside its turn; once is enough.</summary>
    public void Refuse()
    {
        IllegalAwait = true;
        Interlocked.Exchange(ref onIllegalAwait, null)?.Invoke();
    }

    protected override void QueueTask(Task task)
    {
        if (IsCurrent) queue.Enqueue(task);
        else Refuse();
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        IsCurrent && !taskWasPreviouslyQueued && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => queue;

    private sealed class TurnContext(OrchestratorScheduler scheduler) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) =>
            Task.Factory.StartNew(() => d(state), CancellationToken.None, TaskCreationOptions.None, scheduler);

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        public override SynchronizationContext CreateCopy() => this;
    }
}
