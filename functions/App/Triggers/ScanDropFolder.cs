using Microsoft.Extensions.Options;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sources.Files;
using Pipeline.Transforms.Files;

namespace Pipeline.App.Triggers;

/// <summary>Lands the files that were dropped into the folders that datasets name.</summary>
public sealed class ScanDropFolder(ContractSet contracts, Lazy<LandDroppedFiles> landing, IOptions<DropSettings> settings)
{
    [Function(nameof(ScanDropFolder))]
    public async Task RunAsync([TimerTrigger("%DropSchedule%")] TimerInfo timer, CancellationToken stopping)
    {
        if (settings.Value.Root.Length == 0) return;
        var folders = new EachInTurn();
        foreach (var contract in contracts.Contracts)
            if (contract.SourceOf(SourceKind.Files) is { } source)
                await folders.RunAsync(() =>
                    landing.Value.RunAsync(contract.Dataset, source, () => FileCutters.For(source, contract.Limits), stopping));
        folders.ThrowFirst();
    }
}
