using System.Collections.Concurrent;

namespace Pipeline.Sources.Slices;

/// <summary>What this process knows of closed accounts: a call that is bound to be refused is not made, whoever met the limit first.</summary>
/// <remarks>The ledger's gate keeps steps from beginning; this one stops those that are in the middle of one.</remarks>
public sealed class ProviderGate(TimeProvider time)
{
    private const string Everywhere = "";

    /// <summary>A dead token stays dead until a person acts; it is tried again by the next probe.</summary>
    private static readonly TimeSpan WhileStopped = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, (Verdict Verdict, DateTimeOffset Until)> closed = new();

    /// <summary>Closes the account, or the whole application, where the verdict says so.</summary>
    public void Note(string account, Verdict verdict)
    {
        var wait = verdict.Kind switch
        {
            VerdictKind.Throttled => verdict.After ?? Steps.UnnamedWait,
            VerdictKind.Stopped => WhileStopped,
            _ => TimeSpan.Zero,
        };
        if (wait > TimeSpan.Zero) closed[verdict.WholeApplication ? Everywhere : account] = (verdict, time.GetUtcNow() + wait);
    }

    /// <summary>Passes while the account is open.</summary>
    /// <exception cref="ProviderException">The verdict that closed it, with the time that is left.</exception>
    public void ThrowIfClosed(string account)
    {
        foreach (var scope in (ReadOnlySpan<string>)[Everywhere, account])
        {
            if (!closed.TryGetValue(scope, out var found)) continue;
            var left = found.Until - time.GetUtcNow();
            if (left > TimeSpan.Zero) throw new ProviderException(found.Verdict with { After = left });
            closed.TryRemove(KeyValuePair.Create(scope, found));
        }
    }

    /// <summary>Forgets that the account is stopped: a probe asks in earnest.</summary>
    public void Reopen(string account)
    {
        foreach (var scope in (ReadOnlySpan<string>)[Everywhere, account])
            if (closed.TryGetValue(scope, out var found) && found.Verdict.Kind == VerdictKind.Stopped) closed.TryRemove(KeyValuePair.Create(scope, found));
    }
}
