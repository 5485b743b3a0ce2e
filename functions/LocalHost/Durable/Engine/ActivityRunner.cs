using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Durable.Orchestrators;
using Pipeline.LocalHost.Durable.Store;

namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>Runs claimed activities, at most so many at once; what they return or throw goes to the committer.</summary>
internal sealed partial class ActivityRunner(IDurableFunctions functions, DataConverter converter, Window window,
    ILogger<ActivityRunner> log)
{
    /// <summary>Starts activities; each that ends is given to <paramref name="done"/>, one that was abandoned with null.</summary>
    public void Start(Node node, IReadOnlyList<ActivityWork> works, Action<ActivityWork, ActivityResult?> done)
    {
        window.Take(works.Count);
        foreach (var work in works) node.Activities[work.Key] = true;
        foreach (var work in works) _ = Task.Run(() => RunAsync(node, work, done));
    }

    private async Task RunAsync(Node node, ActivityWork work, Action<ActivityWork, ActivityResult?> done)
    {
        await window.EnterAsync();
        ActivityResult? result;
        try
        {
            result = node.Stopping || node.Lost ? null : await CallAsync(work, node.Cancellation.Token);
        }
        finally
        {
            window.Leave();
        }
        done(work, result);
    }

    private async Task<ActivityResult?> CallAsync(ActivityWork work, CancellationToken cancellation)
    {
        try
        {
            if (functions.FindActivity(work.Name) is not { } activity)
                return new(work, null, FailureText.Of(FailureText.ActivityNotFound, $"No activity task named '{work.Name}' was found."));
            var output = await activity(new(work.Name, work.InstanceId, work.Input, work.TaskId), cancellation);
            return new(work, converter.Serialize(output), null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return null;   // the host stops, or the lease is lost: the activity runs again elsewhere
        }
        catch (Exception error)
        {
            LogFailed(log, error, work.Name.Name, work.InstanceId, work.TaskId);
            return new(work, null, TaskFailureDetails.FromException(error));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Activity {Activity} (task {TaskId} of {InstanceId}) failed; its orchestration decides what follows.")]
    private static partial void LogFailed(ILogger log, Exception error, string activity, string instanceId, int taskId);
}
