using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pipeline.LocalHost.State;

/// <summary>Rights that one process at a time has, across all processes on one database; a lost connection loses them.</summary>
/// <remarks>
/// Session-level advisory locks on one connection. Without a database every process has every right.
/// https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
/// </remarks>
internal sealed partial class Leases(HostDatabase? database, TimeProvider time, ILogger<Leases> log) : IAsyncDisposable
{
    // How often a held lease is checked, and a lease somebody else has is asked for.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim gate = new(1);
    private NpgsqlConnection? session;
    private CancellationTokenSource? held;

    /// <summary>Waits until this process has the lease.</summary>
    /// <returns>A token that fires when the lease is lost.</returns>
    public async Task<CancellationToken> AcquireAsync(string name, CancellationToken stopping)
    {
        if (database is null) return CancellationToken.None;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                if (await TryAcquireAsync(name, stopping) is { } lost) return lost;
                if (attempt == 0) LogWaiting(name);
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                LogUnreachable(name, failure.Message);
            }

            await Task.Delay(Interval, time, stopping);
        }
    }

    /// <summary>Checks the connection now and then, so that a lease lost without a word is noticed.</summary>
    public async Task WatchAsync(CancellationToken stopping)
    {
        while (database is not null)
        {
            await Task.Delay(Interval, time, stopping);
            await gate.WaitAsync(stopping);
            try
            {
                if (session is not null) await ExecuteAsync("SELECT true", null, stopping);
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
            {
                LogLost(failure.Message);
            }
            finally
            {
                gate.Release();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        gate.Dispose();
    }

    private async Task<CancellationToken?> TryAcquireAsync(string name, CancellationToken stopping)
    {
        await gate.WaitAsync(stopping);
        try
        {
            if (session is null)
            {
                session = await database!.OpenSessionAsync(stopping);
                held = new CancellationTokenSource();
            }

            // Not called off by a stop: a command that breaks off closes the session, and with it go the leases of others, which run on.
            var isMine = await ExecuteAsync(
                "SELECT pg_try_advisory_lock(hashtextextended($1, 0))", $"localhost.{name}", CancellationToken.None);
            return isMine ? held!.Token : null;
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task<bool> ExecuteAsync(string sql, string? argument, CancellationToken stopping)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, session);
            if (argument is not null) command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = argument });
            return (bool)(await command.ExecuteScalarAsync(stopping))!;
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        if (held is { } token) await token.CancelAsync();
        held = null;
        if (session is { } connection) await connection.DisposeAsync();
        session = null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Lease} runs in another process; this one waits for it to end")]
    private partial void LogWaiting(string lease);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lease} waits for the database: {Reason}")]
    private partial void LogUnreachable(string lease, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection that holds this process's leases is lost: {Reason}")]
    private partial void LogLost(string reason);
}
