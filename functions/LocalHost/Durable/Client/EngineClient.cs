using System.Collections.Frozen;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.LocalHost.Durable.Engine;
using Pipeline.LocalHost.Durable.Orchestrators;
using Pipeline.LocalHost.Durable.Store;

namespace Pipeline.LocalHost.Durable.Client;

/// <summary>The client of the embedded engine: it writes to the database and wakes this node; a short outage is waited out.</summary>
internal sealed partial class EngineClient(EngineParts parts) : DurableTaskClient(parts.Options.HubName)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly FrozenSet<OrchestrationRuntimeStatus> NotEnded = FrozenSet.Create(
        OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended);

    private DateTimeOffset Now => new(TurnRunner.Microseconds(parts.Time.GetUtcNow().UtcDateTime), TimeSpan.Zero);

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null,
        CancellationToken cancellation = default)
    {
        if (orchestratorName.Name is "")
            throw new ArgumentException("An orchestration needs the name of its orchestrator.", nameof(orchestratorName));
        var now = Now;
        var instance = new NewInstance(
            options?.InstanceId is { Length: > 0 } id ? InstanceIds.Check(id) : Guid.NewGuid().ToString("N"),
            InstanceIds.CheckText(orchestratorName.Name, nameof(orchestratorName)),
            options?.Version?.Version ?? parts.Options.DefaultVersion ?? "",
            parts.Converter.Serialize(input), options?.Tags ?? new StartOrchestrationOptions().Tags, now,
            options?.StartAt is { } startAt && startAt > now ? startAt : now, Refusing(options));
        await CreateAsync(instance, cancellation);
        return instance.Id;
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return SendAsync(
            instanceId, HistoryKind.EventRaised, parts.Converter.Serialize(eventPayload), cancellation,
            InstanceIds.CheckText(eventName, nameof(eventName)));
    }

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) => SendAsync(
        instanceId, HistoryKind.Terminated, parts.Converter.Serialize(options?.Output), cancellation,
        detail: options?.Recursive == true ? HistoryEvent.Recursive : null);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, HistoryKind.Suspended, reason, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, HistoryKind.Resumed, reason, cancellation);

    public override async Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        InstanceIds.Check(instanceId);
        var found = await RetryAsync(() => parts.Queries.GetAsync(instanceId, true, cancellation), cancellation)
            ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
        if (!restartWithNewInstanceId && !found.Instance.IsCompleted)
            throw new InvalidOperationException(
                $"An orchestration with the instanceId {instanceId} cannot be restarted: "
                + $"it is {found.Instance.RuntimeStatus} and has not ended.");
        var now = Now;
        var restarted = new NewInstance(
            restartWithNewInstanceId ? Guid.NewGuid().ToString("N") : instanceId, found.Instance.Name, found.Version,
            found.Instance.SerializedInput, found.Instance.Tags, now, now, NotEnded);
        await CreateAsync(restarted, cancellation);
        return restarted.Id;
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The statuses that refuse a start: those the start names, else those of host.json.</summary>
    private IReadOnlySet<OrchestrationRuntimeStatus> Refusing(StartOrchestrationOptions? options)
    {
        if (options?.DedupeStatuses is not { } names)
            return parts.Options.OverridableExistingInstanceStates == OverridableStates.AnyState
                ? FrozenSet<OrchestrationRuntimeStatus>.Empty : NotEnded;
        return names.Select(name => Enum.TryParse<OrchestrationRuntimeStatus>(name, ignoreCase: true, out var status)
            ? status
            : throw new ArgumentException($"DedupeStatuses has '{name}', which is not a runtime status; it takes names such as 'Running'."))
            .ToFrozenSet();
    }

    private async Task CreateAsync(NewInstance instance, CancellationToken cancellation)
    {
        await RetryAsync(
            async () =>
            {
                await parts.Instances.CreateAsync(instance, cancellation);
                return true;
            },
            cancellation);
        parts.Wake.Set();
    }

    private async Task SendAsync(
        string instanceId, HistoryKind kind, string? payload, CancellationToken cancellation, string? name = null, string? detail = null)
    {
        InstanceIds.Check(instanceId);
        var message = new HistoryEvent(kind, Now.UtcDateTime, Name: name, Payload: payload?.Replace("\0", ""), Detail: detail);
        await RetryAsync(() => parts.Instances.SendAsync(new(instanceId, message), cancellation), cancellation);
        parts.Wake.Set();
    }

    private Task<T> RetryAsync<T>(Func<Task<T>> call, CancellationToken cancellation) =>
        parts.Outage.RetryAsync(call, cancellation, Patience);
}
