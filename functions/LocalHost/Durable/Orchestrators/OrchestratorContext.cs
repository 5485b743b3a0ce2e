using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>What an orchestrator's code sees of its <see cref="Orchestration"/>.</summary>
internal sealed class OrchestratorContext(Orchestration orchestration, OrchestrationServices services) : TaskOrchestrationContext
{
    private int guids;

    public override TaskName Name => orchestration.Facts.Name;

    public override string InstanceId => orchestration.Facts.InstanceId;

    public override ParentOrchestrationInstance? Parent => orchestration.Facts.Parent;

    public override string Version => orchestration.Facts.Version;

    public override DateTime CurrentUtcDateTime => orchestration.Now;

    public override bool IsReplaying => orchestration.IsReplaying;

    protected override ILoggerFactory LoggerFactory => services.Loggers;

    public override T GetInput<T>() where T : default => services.Converter.Deserialize<T>(orchestration.Input)!;

    public override async Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        orchestration.EnsureInTurn();
        RefuseOptionsAsInput(input);
        return await RetryCall.RunAsync(this, options?.Retry, () => orchestration.Open<TResult>(id => new(
            HistoryKind.TaskScheduled, id, name.Name, services.Converter.Serialize(input),
            Version: options?.Version?.Version ?? Version, Tags: options?.Tags)));
    }

    public override async Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        orchestration.EnsureInTurn();
        RefuseOptionsAsInput(input);
        var child = options as SubOrchestrationOptions;
        var childId = child?.InstanceId ?? NewGuid().ToString("N");
        var version = child?.Version ?? options?.Version;
        return await RetryCall.RunAsync(this, options?.Retry, () => orchestration.Open<TResult>(id => new(
            HistoryKind.ChildCreated, id, orchestratorName.Name, services.Converter.Serialize(input), childId,
            version?.Version ?? services.Options.DefaultVersion ?? "", Tags: options?.Tags)));
    }

    public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        orchestration.EnsureInTurn();
        // Up to a whole microsecond, which is what a turn's time is counted in: a timer never fires a tick too early.
        var end = new DateTime((fireAt.ToUniversalTime().Ticks + 9) / 10 * 10, DateTimeKind.Utc);
        do
        {
            var longest = CurrentUtcDateTime.Add(services.Options.MaximumTimerInterval);
            await orchestration.OpenTimer(end < longest ? end : longest, cancellationToken);
        }
        while (CurrentUtcDateTime < end);
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        orchestration.EnsureInTurn();
        return orchestration.Events.WaitAsync<T>(eventName, cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        orchestration.EnsureInTurn();
        orchestration.Act(id => new(HistoryKind.EventSent, id, eventName, services.Converter.Serialize(payload), instanceId));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        orchestration.EnsureInTurn();
        orchestration.CustomStatus = (true, services.Converter.Serialize(customStatus));
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        orchestration.EnsureInTurn();
        orchestration.NextGeneration = new(
            services.Converter.Serialize(options.NewInput), options.NewVersion ?? Version, options.PreserveUnprocessedEvents);
    }

    public override Guid NewGuid()
    {
        orchestration.EnsureInTurn();
        return DeterministicGuid.Create(InstanceId, CurrentUtcDateTime, guids++);
    }

    // CallActivityAsync(name, options) binds to the input when the options' static type is object: a mistake nobody means.
    private static void RefuseOptionsAsInput(object? input)
    {
        if (input is TaskOptions)
            throw new ArgumentException("TaskOptions were passed as the input. Pass them as the argument named options.", nameof(input));
    }
}
