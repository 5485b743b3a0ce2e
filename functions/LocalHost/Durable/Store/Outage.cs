using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>Waits out a database that is away: restarts, failovers, lost connections, deadlocks.</summary>
internal sealed partial class Outage(TimeProvider time, ILogger<Outage> log)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50), Longest = TimeSpan.FromSeconds(2);

    /// <summary>True for what another attempt may not meet again.</summary>
    public static bool IsTransient(Exception error) => error switch
    {
        // A connection's, a resource's, an operator's or a conflict's fault; read-only is a stand-by on its way to becoming primary.
        PostgresException postgres => postgres.IsTransient || postgres.SqlState is "25006"
            || postgres.SqlState[..2] is "08" or "53" or "57" or "40",
        NpgsqlException or SocketException or IOException or TimeoutException => true,
        _ => false,
    };

    /// <summary>Runs something again until it succeeds, fails for good or <paramref name="patience"/> (null: any time) is over.</summary>
    public async Task<T> RetryAsync<T>(Func<Task<T>> attempt, CancellationToken stopping, TimeSpan? patience = null)
    {
        var started = time.GetTimestamp();
        for (var pause = Shortest; ; pause = pause + pause < Longest ? pause + pause : Longest)
        {
            try
            {
                return await attempt();
            }
            catch (Exception error) when (
                IsTransient(error) && !stopping.IsCancellationRequested && !(time.GetElapsedTime(started) > patience))
            {
                LogAway(log, error.Message, pause.TotalMilliseconds);
            }
            await Task.Delay(pause, time, stopping);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The durable engine's PostgreSQL does not answer ({Reason}); next attempt in {PauseMs} ms.")]
    private static partial void LogAway(ILogger log, string reason, double pauseMs);
}
