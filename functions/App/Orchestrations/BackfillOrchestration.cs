using Pipeline.Domain.Ports;

namespace Pipeline.App.Orchestrations;

/// <summary>Extracts a long time of one source, a stretch of days at a time, the latest first, all accounts side by side.</summary>
public static class BackfillOrchestration
{
    /// <summary>Days of one stretch: progress is told after each.</summary>
    private const int StretchDays = 31;

    [Function(nameof(BackfillOrchestration))]
    public static async Task<BackfillProgress> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, BackfillCheckpoint checkpoint)
    {
        context.SetCustomStatus(checkpoint.Progress());
        if (checkpoint.Next < checkpoint.From) return checkpoint.Progress();

        var from = checkpoint.Next.AddDays(1 - StretchDays);
        if (from < checkpoint.From) from = checkpoint.From;
        var reports = await Task.WhenAll(checkpoint.Accounts.Select(account => context.CallSubOrchestratorAsync<ExtractReport>(
            nameof(ExtractOrchestration), new ExtractRequest(checkpoint.Source, account, from, checkpoint.Next, WorkClass.Backfill))));

        var advanced = checkpoint with { Next = from.AddDays(-1), Report = reports.Aggregate(checkpoint.Report, (sum, report) => sum.With(report)) };
        context.ContinueAsNew(advanced);        // a crash repeats at most one stretch, and of it what had not landed
        return advanced.Progress();
    }
}

/// <summary>A backfill and how far it is: the orchestration's input is its checkpoint.</summary>
/// <param name="From">First day.</param>
/// <param name="To">Last day, included.</param>
public sealed record BackfillCheckpoint(string Source, IReadOnlyList<string> Accounts, DateOnly From, DateOnly To)
{
    /// <summary>The last day that is not extracted yet; days are extracted backwards.</summary>
    public DateOnly Next { get; init; } = To;

    /// <summary>Sum of the stretches before.</summary>
    public ExtractReport Report { get; init; } = new(0, 0, 0, []);

    /// <summary>What the custom status says.</summary>
    public BackfillProgress Progress() => new(
        Source, Accounts, From, To, To.DayNumber - From.DayNumber + 1, To.DayNumber - Next.DayNumber, Report.Extractions, Report.Problems);
}

/// <summary>Custom status and result of a backfill.</summary>
/// <param name="Days">Days in all.</param>
/// <param name="DaysDone">Days that are extracted, for every account.</param>
/// <param name="Problems">Why windows did not land.</param>
public sealed record BackfillProgress(
    string Source, IReadOnlyList<string> Accounts, DateOnly From, DateOnly To, int Days, int DaysDone, int Extractions, IReadOnlyList<string> Problems);
