namespace Pipeline.Domain.Ports;

/// <summary>What may be asked of a provider at this moment, shared by every process: calls at once for each account, of which backfills
/// take at most half, and gates that a throttled account, a stopped application or a dead token closes.</summary>
/// <remarks>Waiting is the caller's: an orchestration sets a durable timer. Permits are leases: a dead process's end by themselves.</remarks>
public interface ISourceBudget
{
    /// <summary>Asks for a permit.</summary>
    /// <param name="atOnce">Permits the account has in all.</param>
    /// <param name="lease">How long it is held unless released.</param>
    Task<Permit> TryEnterAsync(
        string source, string account, WorkClass workClass, int atOnce, TimeSpan lease, CancellationToken stopping);

    /// <summary>Holds a permit for another lease from now on; nothing happens to one that has ended.</summary>
    Task RenewAsync(long permitId, TimeSpan lease, CancellationToken stopping);

    /// <summary>Gives a permit back.</summary>
    Task LeaveAsync(long permitId, CancellationToken stopping);

    /// <summary>Closes a gate until an instant; a later instant stays.</summary>
    /// <param name="account">Null for the whole application.</param>
    Task CloseAsync(string source, string? account, DateTimeOffset until, string reason, CancellationToken stopping);

    /// <summary>Closes a gate until an operator (or a probe that succeeds) opens it, and raises an alert.</summary>
    Task StopAsync(string source, string? account, string reason, CancellationToken stopping);

    /// <summary>Opens a gate that <see cref="StopAsync"/> closed; one that a throttled provider closed opens at its instant only.</summary>
    Task OpenAsync(string source, string? account, CancellationToken stopping);
}

/// <summary>Who asks.</summary>
public enum WorkClass
{
    /// <summary>The daily run.</summary>
    Daily,

    /// <summary>A backfill: at most half of an account's permits, one at least.</summary>
    Backfill,
}

/// <summary>The answer to a request for a permit.</summary>
/// <param name="Id">Null when there is none.</param>
/// <param name="NotBefore">When to ask again; null with a permit, and for a gate that only a person opens.</param>
/// <param name="Reason">Why there is none; null with one.</param>
public sealed record Permit(long? Id, DateTimeOffset? NotBefore, string? Reason);
