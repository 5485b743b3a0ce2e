using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Replays;

/// <summary>Waits for planned publications, which another process publishes.</summary>
public sealed class ReplayWait(QuarantineLedger ledger, TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(1);

    /// <summary>Returns when none is planned or on its way to be visible any more.</summary>
    /// <param name="report">How many are done, of how many, and what is being waited for.</param>
    public async Task<IReadOnlyList<ReplayState>> RunAsync(
        IReadOnlyList<long> publications, Action<double, double, string> report, CancellationToken stopping)
    {
        while (true)
        {
            var states = await ledger.StatesAsync(publications, stopping);
            var done = states.Count(state => state.IsDone);
            report(done, publications.Count, $"Published {done} of {publications.Count}");
            if (done == states.Count) return states;
            await Task.Delay(Between, time, stopping);
        }
    }
}
