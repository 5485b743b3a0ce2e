using Microsoft.DurableTask.Internal;

namespace Microsoft.DurableTask.Internal
{
    /// <summary>Starts orchestrations.</summary>
    public interface IOrchestrationSubmitter
    {
        /// <summary>Starts an instance and returns its id.</summary>
        Task<string> ScheduleNewOrchestrationInstanceAsync(
            TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null,
            CancellationToken cancellation = default);
    }
}

namespace Microsoft.DurableTask.Client
{
    /// <summary>Starts, watches and steers orchestration instances.</summary>
    /// <remarks>Part of the Durable Task API:
    /// https://learn.microsoft.com/dotnet/api/microsoft.durabletask.client.durabletaskclient</remarks>
    public abstract class DurableTaskClient(string name) : IOrchestrationSubmitter, IAsyncDisposable
    {
        /// <summary>The client's name.</summary>
        public string Name { get; } = name;

        /// <summary>Starts an instance without input.</summary>
        public virtual Task<string> ScheduleNewOrchestrationInstanceAsync(TaskName orchestratorName, CancellationToken cancellation) =>
            ScheduleNewOrchestrationInstanceAsync(orchestratorName, null, null, cancellation);

        /// <summary>Starts an instance.</summary>
        public virtual Task<string> ScheduleNewOrchestrationInstanceAsync(TaskName orchestratorName, object? input,
            CancellationToken cancellation) =>
            ScheduleNewOrchestrationInstanceAsync(orchestratorName, input, null, cancellation);

        /// <summary>Starts an instance without input.</summary>
        public virtual Task<string> ScheduleNewOrchestrationInstanceAsync(
            TaskName orchestratorName, StartOrchestrationOptions options, CancellationToken cancellation = default) =>
            ScheduleNewOrchestrationInstanceAsync(orchestratorName, null, options, cancellation);

        /// <summary>Starts an instance and returns its id, once it is stored.</summary>
        /// <exception cref="DurableTask.Core.Exceptions.OrchestrationAlreadyExistsException">An instance of this id refuses the
        /// start.</exception>
        public abstract Task<string> ScheduleNewOrchestrationInstanceAsync(
            TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null,
            CancellationToken cancellation = default);

        /// <summary>Sends an event without payload.</summary>
        public virtual Task RaiseEventAsync(string instanceId, string eventName, CancellationToken cancellation) =>
            RaiseEventAsync(instanceId, eventName, null, cancellation);

        /// <summary>Sends an event; it is dropped when the instance does not exist or has ended.</summary>
        public abstract Task RaiseEventAsync(
            string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

        /// <summary>Waits until the instance has started.</summary>
        public virtual Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, CancellationToken cancellation) =>
            WaitForInstanceStartAsync(instanceId, false, cancellation);

        /// <summary>Waits until the instance has started; one that does not exist is waited for too.</summary>
        public abstract Task<OrchestrationMetadata> WaitForInstanceStartAsync(
            string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

        /// <summary>Waits until the instance has ended.</summary>
        public virtual Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, CancellationToken cancellation) =>
            WaitForInstanceCompletionAsync(instanceId, false, cancellation);

        /// <summary>Waits until the instance has ended; one that does not exist is waited for too.</summary>
        public abstract Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
            string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

        /// <summary>Ends an instance now.</summary>
        public virtual Task TerminateInstanceAsync(string instanceId, CancellationToken cancellation) =>
            TerminateInstanceAsync(instanceId, null, cancellation);

        /// <summary>Ends an instance now, with an output.</summary>
        public virtual Task TerminateInstanceAsync(string instanceId, object? output, CancellationToken cancellation = default) =>
            TerminateInstanceAsync(instanceId, output as TerminateInstanceOptions ?? new TerminateInstanceOptions(output), cancellation);

        /// <summary>Ends an instance now, perhaps with its children.</summary>
        public virtual Task TerminateInstanceAsync(
            string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
            throw new NotSupportedException($"{GetType()} does not support terminating an instance.");

        /// <summary>Pauses an instance.</summary>
        public virtual Task SuspendInstanceAsync(string instanceId, CancellationToken cancellation) =>
            SuspendInstanceAsync(instanceId, null, cancellation);

        /// <summary>Pauses an instance: its events wait.</summary>
        public abstract Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

        /// <summary>Continues a paused instance.</summary>
        public virtual Task ResumeInstanceAsync(string instanceId, CancellationToken cancellation) =>
            ResumeInstanceAsync(instanceId, null, cancellation);

        /// <summary>Continues a paused instance.</summary>
        public abstract Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

        /// <summary>The instance's state; null when it does not exist.</summary>
        public virtual Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation) =>
            GetInstanceAsync(instanceId, false, cancellation);

        /// <summary>The instance's state; null when it does not exist.</summary>
        public virtual Task<OrchestrationMetadata?> GetInstanceAsync(
            string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
            GetInstancesAsync(instanceId, getInputsAndOutputs, cancellation);

        /// <summary>The instance's state; null when it does not exist.</summary>
        public virtual Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, CancellationToken cancellation) =>
            GetInstancesAsync(instanceId, false, cancellation);

        /// <summary>The instance's state; null when it does not exist.</summary>
        public abstract Task<OrchestrationMetadata?> GetInstancesAsync(
            string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default);

        /// <summary>All instances a filter lets through, ordered by id.</summary>
        public abstract AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null);

        /// <summary>Ids of ended instances, ordered, from behind <paramref name="lastInstanceKey"/>.</summary>
        public virtual Task<Page<string>> ListInstanceIdsAsync(
            IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null, DateTimeOffset? completedTimeFrom = null,
            DateTimeOffset? completedTimeTo = null, int pageSize = 100, string? lastInstanceKey = null,
            CancellationToken cancellation = default) =>
            throw new NotSupportedException($"{GetType()} does not support listing instance ids.");

        /// <summary>Removes an ended instance and its history.</summary>
        public virtual Task<PurgeResult> PurgeInstanceAsync(string instanceId, CancellationToken cancellation) =>
            PurgeInstanceAsync(instanceId, null, cancellation);

        /// <summary>Removes an ended instance and its history, perhaps its children's too.</summary>
        public virtual Task<PurgeResult> PurgeInstanceAsync(
            string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
            throw new NotSupportedException($"{GetType()} does not support purging instances.");

        /// <summary>Removes the ended instances a filter lets through.</summary>
        public virtual Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, CancellationToken cancellation) =>
            PurgeAllInstancesAsync(filter, null, cancellation);

        /// <summary>Removes the ended instances a filter lets through, perhaps their children too.</summary>
        public virtual Task<PurgeResult> PurgeAllInstancesAsync(
            PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default) =>
            throw new NotSupportedException($"{GetType()} does not support purging instances.");

        /// <summary>Starts an ended instance again with its old input, under its own or a new id, which it returns.</summary>
        public virtual Task<string> RestartAsync(
            string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default) =>
            throw new NotSupportedException($"{GetType()} does not support restarting an instance.");

        /// <inheritdoc/>
        public abstract ValueTask DisposeAsync();
    }
}
