using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Publishing;

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
    ContractSet contracts, TransformPublication transform, ILogger<TransformPublicationActivity> log)
{
    [Function(nameof(TransformPublicationActivity))]
    public async Task<PublicationSummary> RunAsync([ActivityTrigger] PublicationPlan plan, CancellationToken stopping)
    {
        var summary = await transform.RunAsync(plan.Id, contracts.Named(plan.Dataset), stopping);
        var counts = summary.Counts;
        Log.Published(log, plan.Id, plan.Dataset, summary.End, counts.In, counts.Out, counts.Duplicates, counts.Rejected, summary.Objects);
        return summary;
    }
}

/// <summary>Gives a publication up whose transform cannot succeed, and raises an alert.</summary>
public sealed class GiveUpPublicationActivity(IPublicationLedger ledger)
{
    [Function(nameof(GiveUpPublicationActivity))]
    public Task RunAsync([ActivityTrigger] GivenUp publication, CancellationToken stopping) =>
        ledger.FailAsync(publication.Id, publication.Reason, stopping);
}

/// <summary>A publication that cannot succeed.</summary>
public sealed record GivenUp(long Id, string Reason);
