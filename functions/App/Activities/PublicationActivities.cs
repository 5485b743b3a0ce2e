using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Publishing;
using Pipeline.Transforms.Quality;

namespace Pipeline.App.Activities;

/// <summary>Pins landed segments into publications; running it again returns the same ones until they are committed.</summary>
public sealed class PlanPublicationsActivity(ContractSet contracts, IPublicationLedger ledger, IOptions<PublishSettings> settings)
{
    [Function(nameof(PlanPublicationsActivity))]
    public async Task<PublicationPlan[]> RunAsync([ActivityTrigger] string dataset, CancellationToken stopping) =>
    [
        .. await ledger.PlanAsync(
            dataset, contracts.Named(dataset).Version, settings.Value.MaxRawBytes, settings.Value.MaxParallel, stopping),
    ];
}

/// <summary>Transforms and commits one publication; running it again after its commit finishes what is left.</summary>
public sealed class TransformPublicationActivity(
    ContractSet contracts, TransformPublication transform, CheckDataset check, ILogger<TransformPublicationActivity> log)
{
    [Function(nameof(TransformPublicationActivity))]
    public async Task<PublicationSummary> RunAsync([ActivityTrigger] PublicationPlan plan, CancellationToken stopping)
    {
        var contract = contracts.Named(plan.Dataset);
        var summary = await transform.RunAsync(plan.Id, contract, stopping);
        var counts = summary.Counts;
        Log.Published(log, plan.Id, plan.Dataset, summary.End, counts.In, counts.Out, counts.Duplicates, counts.Rejected, summary.Objects);
        await CheckAsync(contract, stopping);
        return summary;
    }

    // The commit has decided: nothing that fails here, be it a bug, may look like a failed publication, and CheckHealth looks again.
    private async Task CheckAsync(DatasetContract contract, CancellationToken stopping)
    {
        try
        {
            await check.RaiseAsync(contract, stopping);
        }
        catch (Exception error) when (!stopping.IsCancellationRequested)
        {
            Log.Unchecked(log, error, contract.Dataset);
        }
    }
}

/// <summary>Gives a publication up whose transform cannot succeed, and raises an alert.</summary>
public sealed class GiveUpPublicationActivity(IPublicationLedger ledger)
{
    [Function(nameof(GiveUpPublicationActivity))]
    public Task RunAsync([ActivityTrigger] GivenUp publication, CancellationToken stopping) =>
        ledger.FailAsync(publication.Id, publication.Reason, stopping);
}

/// <summary>Raises an alert for a publication that waits for what is away.</summary>
public sealed class DelayPublicationActivity(IPublicationLedger ledger)
{
    [Function(nameof(DelayPublicationActivity))]
    public Task RunAsync([ActivityTrigger] GivenUp publication, CancellationToken stopping) =>
        ledger.DelayAsync(publication.Id, publication.Reason, stopping);
}

/// <summary>A publication that cannot succeed, or not now.</summary>
public sealed record GivenUp(long Id, string Reason);
