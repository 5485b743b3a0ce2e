using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>Judges a dataset by its rules: raises what they find, and resolves what they find no longer.</summary>
public sealed class CheckDataset(IQualityFacts facts, IAlerts alerts, TimeProvider time)
{
    /// <summary>How long a finding stands of which the rule can say nothing any more; one of absence does for ever.</summary>
    private static readonly TimeSpan Unjudged = TimeSpan.FromDays(2);

    /// <summary>Judges every rule.</summary>
    /// <returns>Findings that stand, but those that a person ended.</returns>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">The ledger is away: run it again.</exception>
    public async Task<int> RunAsync(DatasetContract contract, CancellationToken stopping)
    {
        var (known, judged) = await JudgeAsync(contract, stopping);
        foreach (var open in known.Open)
        {
            var isJudged = judged.TryGetValue((open.Code, open.Subject), out var finding);
            if (isJudged ? finding is null : open.SeenAt < known.At - Unjudged && !QualityCodes.OfAbsence.Contains(open.Code))
                await alerts.ResolveAsync(contract.Dataset, open.Code, open.Subject, stopping);
        }
        return judged.Values.Count(finding => finding is not null);
    }

    /// <summary>Judges every rule behind a publication and resolves nothing: publications run side by side, and one that read before
    /// another's commit would end what that one found.</summary>
    /// <exception cref="Pipeline.Domain.Failures.TransientException">The ledger is away: run it again.</exception>
    public Task RaiseAsync(DatasetContract contract, CancellationToken stopping) => JudgeAsync(contract, stopping);

    private async Task<(QualityFacts Known, Dictionary<(string Code, string Subject), Alert?> Judged)> JudgeAsync(
        DatasetContract contract, CancellationToken stopping)
    {
        var known = await facts.ReadAsync(contract, time.GetUtcNow(), stopping);
        // What a person ended is not raised again while it is the same: an account that is gone for good stays away.
        var judged = QualityRules.Judge(contract, known).ToDictionary(
            each => (each.Code, each.Subject), each => known.IsEnded(each.Code, each.Subject, each.Finding?.Since) ? null : each.Finding);
        foreach (var finding in judged.Values.OfType<Alert>()) await alerts.RaiseAsync(finding, stopping);
        return (known, judged);
    }
}
