using Pipeline.App.Activities;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Publishing;

namespace Pipeline.App.Orchestrations;

/// <summary>Publishes a dataset's backlog: plan, transform the publications side by side, and again until nothing is left.</summary>
public static class PublishOrchestration
{
    [Function(nameof(PublishOrchestration))]
    public static async Task<PublishReport> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, PublishRequest request)
    {
        var plans = await context.CallActivityAsync<PublicationPlan[]>(nameof(PlanPublicationsActivity), request.Dataset, Retry.Transient);
        if (plans is []) return request.Report;

        context.SetCustomStatus(new PublishProgress(request.Report.Publications, plans.Length));
        var summaries = await Task.WhenAll(plans.Select(plan => PublishAsync(context, plan)));

        var report = request.Report.Add(summaries);
        // Where another run is at work too, both would fence each other off without end; what is away is asked for by PublishDue's next run.
        if (summaries.Any(summary => summary?.End is PublicationEnd.Fenced or PublicationEnd.Waiting)) return report;
        context.ContinueAsNew(request with { Report = report });      // a crash repeats at most one round
        return report;
    }

    // One publication that cannot succeed is given up with its reason, which a person mends; the others go on. What is away comes back by
    // itself, however long it takes: a person would have to plan each again. One that waits is tried once a run, after a while.
    private static async Task<PublicationSummary?> PublishAsync(TaskOrchestrationContext context, PublicationPlan plan)
    {
        try
        {
            if (plan.Waits) await context.CreateTimer(Retry.Pause, CancellationToken.None);
            return await context.CallActivityAsync<PublicationSummary>(
                nameof(TransformPublicationActivity), plan, plan.Waits ? null : Retry.Transient);
        }
        catch (TaskFailedException failure) when (Passes(failure.FailureDetails, plan))
        {
            var reason = new GivenUp(plan.Id, failure.FailureDetails.ErrorMessage);
            await context.CallActivityAsync(nameof(DelayPublicationActivity), reason, Retry.Transient);
            return new(plan.Id, PublicationEnd.Waiting, default, 0, 0);
        }
        catch (TaskFailedException failure)
        {
            var reason = new GivenUp(plan.Id, failure.FailureDetails.ErrorMessage);
            await context.CallActivityAsync(nameof(GiveUpPublicationActivity), reason, Retry.Transient);
            return null;
        }
    }

    // Broken off by a host that stops, too; and out of time, but not for ever: what takes longer than a function may holds up the others.
    private static bool Passes(TaskFailureDetails failure, PublicationPlan plan) =>
        failure.IsCausedBy<TransientException>() || failure.IsCausedBy<OperationCanceledException>()
        || (failure.IsCausedBy<TimeoutException>() && !plan.Waits);
}

/// <summary>What to publish, and what the rounds before have published.</summary>
public sealed record PublishRequest(string Dataset)
{
    /// <summary>Sum of the rounds before.</summary>
    public PublishReport Report { get; init; } = new(0, 0, 0, 0, 0, 0);
}

/// <summary>What a run of <see cref="PublishOrchestration"/> published.</summary>
public sealed record PublishReport(int Publications, int Failed, long RowsIn, long RowsOut, long Duplicates, long Rejected)
{
    /// <summary>This report and one more round; null stands for a publication that was given up.</summary>
    public PublishReport Add(PublicationSummary?[] round)
    {
        var counts = round.OfType<PublicationSummary>()
            .Where(summary => summary.End is PublicationEnd.Committed or PublicationEnd.AlreadyCommitted).Select(summary => summary.Counts).ToArray();
        return new(
            Publications + counts.Length, Failed + round.Count(summary => summary is null), RowsIn + counts.Sum(count => count.In),
            RowsOut + counts.Sum(count => count.Out), Duplicates + counts.Sum(count => count.Duplicates), Rejected + counts.Sum(count => count.Rejected));
    }
}

/// <summary>Custom status while publishing.</summary>
/// <param name="Published">Publications of earlier rounds.</param>
/// <param name="Running">Publications of this round.</param>
public sealed record PublishProgress(int Published, int Running);
