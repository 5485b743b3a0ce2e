using Microsoft.Extensions.Options;
using Pipeline.App.Orchestrations;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Ports;

namespace Pipeline.App.Triggers;

/// <summary>Starts a publication run for every dataset whose backlog is old or large enough, unless one is running.</summary>
public sealed class PublishDue(ContractSet contracts, IPublicationLedger ledger, IOptions<PublishSettings> settings, TimeProvider time)
{
    [Function(nameof(PublishDue))]
    public async Task RunAsync(
        [TimerTrigger("%PublishSchedule%")] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        foreach (var contract in contracts.Contracts)
        {
            var backlog = await ledger.BacklogAsync(contract.Dataset, stopping);
            if (settings.Value.IsDue(backlog, time.GetUtcNow())) await client.StartPublishingAsync(contract.Dataset, stopping);
        }
    }
}
