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
            if (settings.Value.IsDue(backlog, time.GetUtcNow())) await StartAsync(client, contract.Dataset, stopping);
        }
    }

    // One instance id a dataset: a run that is on its way is left alone. Two at once would be wasteful, not wrong.
    private static async Task StartAsync(DurableTaskClient client, string dataset, CancellationToken stopping)
    {
        var instance = $"publish-{dataset}";
        var running = await client.GetInstanceAsync(instance, stopping);
        if (running is { IsCompleted: false }) return;
        await client.ScheduleNewOrchestrationInstanceAsync(
            nameof(PublishOrchestration), new PublishRequest(dataset), new StartOrchestrationOptions(instance), stopping);
    }
}
