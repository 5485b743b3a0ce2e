using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;

namespace Pipeline.Transforms.Quality;

/// <summary>Judges a dataset by its rules: raises what they find, and resolves what they find no longer.</summary>
public sealed class CheckDataset(IQualityFacts facts, IAlerts alerts, TimeProvider time)
{
    /// <summary>How long a finding stands of which the rule can say nothing any more.</summary>
    private static readonly TimeSpan Unjudged = TimeSpan.FromDays(2);

    /// <summary>Judges every rule.</summary>
    /// <returns>Findings that stand.</returns>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">The ledger is away: run it again.</exception>
    public async Task<int> RunAsync(DatasetContract contract, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        var known = await facts.ReadAsync(contract, now, stopping);
        var judged = QualityRules.Judge(contract, known).ToDictionary(each => (each.Code, each.Subject), each => each.Finding);
        foreach (var finding in judged.Values.OfType<Alert>()) await alerts.RaiseAsync(finding, stopping);
        foreach (var open in known.Open)
        {
            var isJudged = judged.TryGetValue((open.Code, open.Subject), out var finding);
            if (isJudged ? finding is null : open.SeenAt < now - Unjudged)
                await alerts.ResolveAsync(contract.Dataset, open.Code, open.Subject, stopping);
        }
        return judged.Values.Count(finding => finding is not null);
    }

    /// <summary>Judges the present hour by the contract's bounds: cheap enough for every publication. What holds again is resolved by
    /// <see cref="RunAsync"/>.</summary>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">The ledger is away: run it again.</exception>
    public async Task RunBoundsAsync(DatasetContract contract, CancellationToken stopping)
    {
        var known = await facts.ReadHourAsync(contract, time.GetUtcNow(), stopping);
        foreach (var finding in HourShares.OverBounds(contract, known)) await alerts.RaiseAsync(finding, stopping);
    }
}
