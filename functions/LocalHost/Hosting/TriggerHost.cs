using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.State;

namespace Pipeline.LocalHost.Hosting;

/// <summary>Starts the listeners once the app has started, and stops them as soon as it is told to stop.</summary>
internal sealed partial class TriggerHost(
    IReadOnlyList<ITriggerListener> listeners, HostDatabase? database, Leases leases,
    IHostApplicationLifetime lifetime, ILogger<TriggerHost> log) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource watch = new();
    private Task running = Task.CompletedTask;
    private Task watching = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (database is not null) await database.PrepareAsync(cancellationToken);

        // Ready to serve first: a function may call the app's own HTTP address.
        lifetime.ApplicationStarted.Register(() =>
        {
            running = Task.WhenAll(listeners.Select(listener => Task.Run(() => listener.RunAsync(lifetime.ApplicationStopping))));
            watching = leases.WatchAsync(watch.Token);
        });
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        LogDraining(log);
        await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!running.IsCompletedSuccessfully) LogUnfinished(log, running.Exception?.InnerException?.Message ?? "the drain timeout is over");
        await watch.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => watch.Dispose();

    [LoggerMessage(Level = LogLevel.Information, Message = "Stopping: no new invocations; those that run may finish")]
    private static partial void LogDraining(ILogger log);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopped before every invocation had ended: {Reason}")]
    private static partial void LogUnfinished(ILogger log, string reason);
}
