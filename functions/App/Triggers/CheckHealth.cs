using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Transforms.Quality;

namespace Pipeline.App.Triggers;

/// <summary>Judges every dataset by its rules of quality; what they find becomes alerts, and what they find no longer is resolved.</summary>
public sealed class CheckHealth(ContractSet contracts, CheckDataset check, ILogger<CheckHealth> log)
{
    [Function(nameof(CheckHealth))]
    public async Task RunAsync([TimerTrigger("%HealthSchedule%")] TimerInfo timer, CancellationToken stopping)
    {
        foreach (var contract in contracts.Contracts)
        {
            try
            {
                await check.RunAsync(contract, stopping);
            }
            catch (Exception error) when (!stopping.IsCancellationRequested)
            {
                Log.Unchecked(log, error, contract.Dataset);   // the others are judged all the same, even by a rule with a bug
            }
        }
    }
}
