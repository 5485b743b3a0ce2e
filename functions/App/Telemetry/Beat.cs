using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Telemetry;

/// <summary>What one function did since its heartbeat was last written.</summary>
internal sealed class Beat(string function)
{
    private readonly Lock gate = new();
    private Heartbeat? noted;
    private DateTimeOffset writtenAt = DateTimeOffset.MinValue;
    private DateTimeOffset startedAt;

    public void Begin(DateTimeOffset now)
    {
        lock (gate)
        {
            startedAt = now;
            noted = Noted() with { Started = now };
        }
    }

    /// <param name="error">Why it failed; null when it did not.</param>
    public void End(DateTimeOffset now, string? error)
    {
        lock (gate)
        {
            var beat = Noted();
            noted = error is null ? beat with { Succeeded = now, Runs = beat.Runs + 1 }
                : beat with { Failed = now, Error = error, Runs = beat.Runs + 1, Failures = beat.Failures + 1 };
        }
    }

    /// <summary>Takes what there is to write; null for nothing, or when the last was written too short a time ago.</summary>
    public Heartbeat? Take(DateTimeOffset now, TimeSpan apart)
    {
        lock (gate)
        {
            if (noted is null || now - writtenAt < apart) return null;
            var taken = noted;
            (noted, writtenAt) = (null, now);
            return taken;
        }
    }

    /// <summary>It could not be written: it goes with what happened meanwhile.</summary>
    public void GiveBack(Heartbeat taken)
    {
        lock (gate)
            noted = noted is null ? taken : noted with
            {
                Succeeded = noted.Succeeded ?? taken.Succeeded, Failed = noted.Failed ?? taken.Failed, Error = noted.Error ?? taken.Error,
                Runs = noted.Runs + taken.Runs, Failures = noted.Failures + taken.Failures,
            };
    }

    private Heartbeat Noted() => noted ?? new(function, startedAt, null, null, null, 0, 0);
}
