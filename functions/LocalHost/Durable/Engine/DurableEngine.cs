using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Durable.Store;

namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>
/// The engine of one node: claims work under its lease, runs it, commits it. Any number of engines share a database; each piece of work
/// has one owner, and what a dead one held is given to the others.
/// </summary>
internal sealed partial class DurableEngine : IHostedService
{
    private readonly EngineParts parts;
    private readonly ILogger<DurableEngine> log;
    private readonly Window turnWindow, activityWindow;
    private readonly LiveOrchestrations live;
    private readonly TurnRunner turns;
    private readonly ActivityRunner activities;
    private readonly Committer committer;
    private readonly CancellationTokenSource claiming = new(), working = new();
    private Task loops = Task.CompletedTask, commits = Task.CompletedTask;
    private Node node = new();

    public DurableEngine(EngineParts parts)
    {
        this.parts = parts;
        log = parts.Loggers.CreateLogger<DurableEngine>();
        turnWindow = new(parts.Options.MaxConcurrentOrchestratorFunctions, parts.Time);
        activityWindow = new(parts.Options.MaxConcurrentActivityFunctions, parts.Time);
        live = new(parts.Options.LiveOrchestrators);
        turns = new(
            parts.Functions, new(parts.Converter, parts.Loggers, parts.Options), parts.Work, live, turnWindow, parts.Time,
            parts.Loggers.CreateLogger<TurnRunner>());
        activities = new(parts.Functions, parts.Converter, activityWindow, parts.Loggers.CreateLogger<ActivityRunner>());
        committer = new(parts.Commits, live, activityWindow, parts.Outage, parts.Time, parts.Loggers.CreateLogger<Committer>())
        {
            StartKept = StartActivities,
            Committed = Committed,
        };
    }

    /// <summary>Returns once the tables exist and the node has its lease; waits for a database that is away.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await parts.Outage.RetryAsync(
            async () =>
            {
                await Schema.MigrateAsync(parts.Database, cancellationToken);
                await parts.Nodes.RegisterAsync(node.Id, parts.Options.Lease, cancellationToken);
                return true;
            },
            cancellationToken);
        LogStarted(log, parts.Options.HubName);
        commits = Task.Run(() => committer.RunAsync(working.Token), CancellationToken.None);
        loops = Task.WhenAll(
            Task.Run(() => LoopAsync(FeedAsync, claiming.Token), CancellationToken.None),
            Task.Run(() => LoopAsync(BeatAsync, working.Token), CancellationToken.None),
            Task.Run(() => LoopAsync(ListenAsync, claiming.Token), CancellationToken.None));
    }

    /// <summary>
    /// Claims nothing more and finishes what runs; when the deadline passes, cancels the activities that still run. Then gives every
    /// lease back.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await claiming.CancelAsync();
        node.Stopping = true;
        while (!(node.Lost || node.Turns.IsEmpty && node.Activities.IsEmpty) && !cancellationToken.IsCancellationRequested)
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(20), parts.Time, cancellationToken));
        if (cancellationToken.IsCancellationRequested) await node.Cancellation.CancelAsync();
        committer.Complete();
        using var last = new CancellationTokenSource(TimeSpan.FromSeconds(5), parts.Time);
        await Task.WhenAny(commits, Task.Delay(Timeout.InfiniteTimeSpan, parts.Time, last.Token));
        await working.CancelAsync();
        await loops;
        await LeaveAsync(last.Token);
    }

    private async Task LeaveAsync(CancellationToken deadline)
    {
        try
        {
            await parts.Nodes.LeaveAsync(node.Id, deadline);
        }
        catch (Exception error) when (error is OperationCanceledException || Outage.IsTransient(error))
        {
            LogNotReleased(log, error);   // the lease expires by itself
        }
    }

    // A loop survives whatever one round throws; only cancellation ends it.
    private async Task LoopAsync(Func<CancellationToken, Task> round, CancellationToken stopping)
    {
        var pause = TimeSpan.FromMilliseconds(50);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await round(stopping);
                pause = TimeSpan.FromMilliseconds(50);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                LogRound(log, error, pause.TotalMilliseconds);
                await Task.WhenAny(Task.Delay(pause, parts.Time, stopping));
                if (pause < TimeSpan.FromSeconds(2)) pause += pause;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "The embedded durable engine runs task hub {Hub}; its history is in PostgreSQL.")]
    private static partial void LogStarted(ILogger log, string hub);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A round of the durable engine failed; the next one in {PauseMs} ms.")]
    private static partial void LogRound(ILogger log, Exception error, double pauseMs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The durable engine's lease could not be given back; it expires by itself.")]
    private static partial void LogNotReleased(ILogger log, Exception error);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The durable engine's lease expired and its work was given away; it goes on under a new one.")]
    private static partial void LogLost(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The work of {Count} dead nodes was freed.")]
    private static partial void LogReaped(ILogger log, int count);
}
