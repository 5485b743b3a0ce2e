using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Replays;

/// <summary>Plans replays as people order them; <c>PublishDue</c> publishes what is planned.</summary>
public sealed class PlanReplays(ContractSet contracts, IPublicationLedger ledger, ReplayPlanner planner)
{
    /// <summary>What is wrong with an order for days; empty when nothing is.</summary>
    /// <param name="dataset">Null when it was told to be missing already.</param>
    public IReadOnlyList<string> Faults(string? dataset, string? account, DateOnly? from, DateOnly? to)
    {
        var faults = new List<string>();
        var contract = dataset is null ? null : contracts.Find(dataset);
        if (dataset is not null && contract is null)
            faults.Add($"'dataset' is '{dataset}'; write one of {string.Join(", ", contracts.Contracts.Select(each => each.Dataset))}.");
        if (account is not null && contract is not null && !contract.IsReplaceable())
            faults.Add($"'account' is set, and the publications of {dataset} are not made of accounts' slices; leave it out.");
        if (from > to) faults.Add($"'from' ({from:yyyy-MM-dd}) is after 'to' ({to:yyyy-MM-dd}).");
        return faults;
    }

    /// <summary>Publishes days again, from what was landed and under the contract of now.</summary>
    /// <remarks>
    /// Where slices are replaced, they are slices' days. Elsewhere whole publications are published again: those with event times on the
    /// days, and those without any event time that were committed on them.
    /// </remarks>
    /// <exception cref="TerminalException">Too many at once, or rows could be published twice.</exception>
    public async Task<ReplayPlan> DaysAsync(string dataset, string? account, DateOnly from, DateOnly to, CancellationToken stopping)
    {
        var contract = contracts.Named(dataset);
        if (!contract.IsReplaceable()) return await planner.WholeAsync(contract, from, to, stopping);
        var plans = await ledger.PlanReplayAsync(dataset, contract.Version, account, from, to, stopping);
        return new([.. plans.Select(plan => plan.Id)], 0);
    }

    /// <summary>Publishes what was refused and is open, under the contract of now; what is refused still stays refused.</summary>
    /// <param name="code">One code; null for all.</param>
    /// <param name="field">One field; null for all.</param>
    /// <exception cref="TerminalException">Rows could be published twice.</exception>
    public async Task<ReplayPlan> RefusedAsync(string dataset, string? code, string? field, CancellationToken stopping)
    {
        var contract = contracts.Named(dataset);
        if (!contract.IsReplaceable()) return await planner.RefusedAsync(contract, code, field, stopping);
        var (windows, records) = await planner.RefusedSlicesAsync(dataset, code, field, stopping);
        var publications = new List<long>();
        foreach (var window in windows)
        {
            var plans = await ledger.PlanReplayAsync(dataset, contract.Version, window.Account, window.From, window.To, stopping);
            publications.AddRange(plans.Select(plan => plan.Id));
        }
        return new(publications, records);
    }
}
