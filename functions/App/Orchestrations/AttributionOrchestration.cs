using Pipeline.App.Activities;
using Pipeline.Transforms.Attribution;

namespace Pipeline.App.Orchestrations;

/// <summary>Computes what changed, bucket by bucket of users, marks as seen what was computed, and publishes it.</summary>
public static class AttributionOrchestration
{
    /// <summary>Pieces of work side by side: each holds its conversions in memory.</summary>
    private const int PiecesAtOnce = 4;

    [Function(nameof(AttributionOrchestration))]
    public static async Task<AttributionReport> RunAsync(
        [OrchestrationTrigger] TaskOrchestrationContext context, AttributionRequest request)
    {
        var plan = request.Left
            ?? await context.CallActivityAsync<AttributionPlan>(nameof(PlanAttributionActivity), request, Retry.Transient);
        if (plan.Pieces is []) return await EndAsync(context, plan, request.Report);

        context.SetCustomStatus(new AttributionProgress(request.Report.Pieces, plan.Pieces.Count));
        var round = plan.Pieces.Take(PiecesAtOnce).ToList();
        var outcomes = await Task.WhenAll(round.Select(piece => AttributeAsync(context, piece)));

        var left = plan with { Pieces = [.. plan.Pieces.Skip(round.Count)] };
        var advanced = request with { Left = left, Report = request.Report.With(outcomes) };
        context.ContinueAsNew(advanced);      // a crash repeats at most one round, and of it what had not landed
        return advanced.Report;
    }

    // What did not land is not marked: the next run finds it again, and finds unchanged what did land.
    private static async Task<AttributionReport> EndAsync(TaskOrchestrationContext context, AttributionPlan plan, AttributionReport report)
    {
        if (report.Problems is [] && plan.Publications is not [])
            await context.CallActivityAsync(nameof(MarkAttributedActivity), plan.Publications, Retry.Transient);
        if (report.DaysLanded > 0)
            await Task.WhenAll(plan.Datasets.Select(dataset =>
                context.CallSubOrchestratorAsync<PublishReport>(nameof(PublishOrchestration), new PublishRequest(dataset))));
        return report;
    }

    private static async Task<PieceOutcome> AttributeAsync(TaskOrchestrationContext context, BucketDays piece)
    {
        try
        {
            return new(await context.CallActivityAsync<int>(nameof(AttributeBucketActivity), piece, Retry.Transient));
        }
        catch (TaskFailedException failure)
        {
            var reason = failure.FailureDetails.InnermostMessage();
            await context.CallActivityAsync(nameof(ReportAttributionActivity), new FailedPiece(piece, reason), Retry.Transient);
            return new(0, reason);
        }
    }
}

/// <summary>What to attribute: what changed, or the days of a range whether they did or not.</summary>
/// <param name="From">First day; null for what changed.</param>
/// <param name="To">Last day, included; null for what changed.</param>
public sealed record AttributionRequest(DateOnly? From = null, DateOnly? To = null)
{
    /// <summary>The single instance that runs at a time.</summary>
    public const string Instance = "attribute";

    /// <summary>What is left of the plan; null before it is made.</summary>
    public AttributionPlan? Left { get; init; }

    /// <summary>Sum of the rounds before.</summary>
    public AttributionReport Report { get; init; } = new(0, 0, []);
}

/// <summary>What a run computes.</summary>
/// <param name="Publications">Marked as seen when all pieces have landed.</param>
/// <param name="Datasets">Published then.</param>
public sealed record AttributionPlan(IReadOnlyList<BucketDays> Pieces, IReadOnlyList<long> Publications, IReadOnlyList<string> Datasets);

/// <summary>What became of a piece of work.</summary>
/// <param name="DaysLanded">Days whose result changed.</param>
/// <param name="Problem">Why it was not computed; null when all is well.</param>
public sealed record PieceOutcome(int DaysLanded, string? Problem = null);

/// <summary>What a run of <see cref="AttributionOrchestration"/> did.</summary>
/// <param name="Problems">Why pieces were not computed; the first twenty.</param>
public sealed record AttributionReport(int Pieces, int DaysLanded, IReadOnlyList<string> Problems)
{
    private const int MaxProblems = 20;

    /// <summary>This report and one more round.</summary>
    public AttributionReport With(IReadOnlyList<PieceOutcome> round) => new(
        Pieces + round.Count, DaysLanded + round.Sum(outcome => outcome.DaysLanded),
        [.. Problems.Concat(round.Select(outcome => outcome.Problem).OfType<string>()).Distinct().Take(MaxProblems)]);
}

/// <summary>Custom status while attributing.</summary>
public sealed record AttributionProgress(int PiecesDone, int PiecesLeft);
