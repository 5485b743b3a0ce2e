using Pipeline.App.Activities;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;

namespace Pipeline.App.Orchestrations;

/// <summary>Extracts days of one account: proves that it can be asked, plans windows, tries the first of each stream alone, then fans out.</summary>
public static class ExtractOrchestration
{
    /// <summary>Windows side by side; what may be asked at once is the account's budget.</summary>
    private const int WindowsAtOnce = 8;

    [Function(nameof(ExtractOrchestration))]
    public static async Task<ExtractReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, ExtractRequest request)
    {
        if (request.Left is not { } left)
        {
            var plan = await context.CallActivityAsync<ExtractPlan>(nameof(PlanExtractionActivity), request, Retry.Transient);
            if (plan.Problem is { } problem) return request.Report.With(problem);
            left = plan.Windows;
        }
        if (left is []) return request.Report;

        context.SetCustomStatus(new ExtractProgress(request.Report.Windows, left.Count));
        var round = request.Round(left);
        var outcomes = await Task.WhenAll(round.Select(window => ExtractAsync(context, new(window, request.WorkClass))));

        var advanced = request.Advance(left, round, outcomes);
        context.ContinueAsNew(advanced);      // a crash repeats nothing: a window that has landed is in the history of its own instance
        return advanced.Report;
    }

    private static async Task<WindowOutcome> ExtractAsync(TaskOrchestrationContext context, WindowRequest request)
    {
        try
        {
            return await context.CallSubOrchestratorAsync<WindowOutcome>(nameof(ExtractWindowOrchestration), request);
        }
        catch (TaskFailedException failure)
        {
            return new(0, Problem: failure.FailureDetails.InnermostMessage());
        }
    }

    /// <summary>The windows of the next round: of a stream that has not answered yet the first alone, its canary.</summary>
    private static IReadOnlyList<SliceWindow> Round(this ExtractRequest request, IReadOnlyList<SliceWindow> left)
    {
        var canaries = left.Select(window => window.Stream).Distinct().Except(request.Proven).ToHashSet();
        return [.. left.Where(window => request.Proven.Contains(window.Stream) || canaries.Remove(window.Stream)).Take(WindowsAtOnce)];
    }

    /// <summary>What is left when a round has ended. A stream whose canary failed is not asked any further in this run.</summary>
    private static ExtractRequest Advance(
        this ExtractRequest request, IReadOnlyList<SliceWindow> left, IReadOnlyList<SliceWindow> round, WindowOutcome[] outcomes)
    {
        var answered = round.Zip(outcomes).ToList();
        var proven = request.Proven.Union(answered.Where(each => each.Second.Problem is null).Select(each => each.First.Stream)).ToArray();
        var dead = answered.Where(each => each.Second.Problem is not null && !proven.Contains(each.First.Stream)).Select(each => each.First.Stream).ToHashSet();
        var rest = left.Except(round).ToList();
        return request with
        {
            Proven = proven,
            Left = [.. rest.Where(window => !dead.Contains(window.Stream))],
            Report = request.Report.With(outcomes, passedOver: rest.Count(window => dead.Contains(window.Stream))),
        };
    }
}

/// <summary>What to extract.</summary>
/// <param name="From">First day; null for the source's lookback.</param>
/// <param name="To">Last day, included; null for the last complete day of the account.</param>
public sealed record ExtractRequest(string Source, string Account, DateOnly? From, DateOnly? To, WorkClass WorkClass)
{
    /// <summary>Windows that are left; null before the plan.</summary>
    public IReadOnlyList<SliceWindow>? Left { get; init; }

    /// <summary>Streams that have answered well in this run.</summary>
    public IReadOnlyList<string> Proven { get; init; } = [];

    /// <summary>Sum of the rounds before.</summary>
    public ExtractReport Report { get; init; } = new(0, 0, 0, []);
}

/// <summary>What a run of <see cref="ExtractOrchestration"/> did.</summary>
/// <param name="Windows">Windows that were asked for.</param>
/// <param name="Extractions">Extractions that landed; a window that was halved has several.</param>
/// <param name="PassedOver">Windows that were not asked for, because the stream's first one failed.</param>
/// <param name="Problems">Why windows did not land, or landed and are withheld; the first twenty.</param>
public sealed record ExtractReport(int Windows, int Extractions, int PassedOver, IReadOnlyList<string> Problems)
{
    private const int MaxProblems = 20;

    /// <summary>This report and a reason.</summary>
    public ExtractReport With(string problem) => this with { Problems = [.. Problems.Append(problem).Distinct().Take(MaxProblems)] };

    /// <summary>This report and one more round.</summary>
    public ExtractReport With(IReadOnlyList<WindowOutcome> round, int passedOver) => new(
        Windows + round.Count, Extractions + round.Sum(outcome => outcome.Extractions), PassedOver + passedOver,
        [.. Problems.Concat(round.Select(outcome => outcome.Problem).OfType<string>()).Distinct().Take(MaxProblems)]);

    /// <summary>This report and another's.</summary>
    public ExtractReport With(ExtractReport other) => new(
        Windows + other.Windows, Extractions + other.Extractions, PassedOver + other.PassedOver,
        [.. Problems.Concat(other.Problems).Distinct().Take(MaxProblems)]);
}

/// <summary>Custom status while extracting.</summary>
public sealed record ExtractProgress(int WindowsDone, int WindowsLeft);
