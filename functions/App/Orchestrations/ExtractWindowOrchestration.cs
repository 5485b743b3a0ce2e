using Pipeline.App.Activities;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Orchestrations;

/// <summary>Extracts one window: step by step until every part is written, then landed. What a provider makes wait for is a durable timer.</summary>
public static class ExtractWindowOrchestration
{
    /// <summary>Rounds of steps after which the history begins anew.</summary>
    private const int MaxRounds = 20;

    [Function(nameof(ExtractWindowOrchestration))]
    public static async Task<WindowOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, WindowRequest request)
    {
        var extraction = request.Extraction
            ?? await context.CallActivityAsync<Extraction>(nameof(BeginExtractionActivity), request.Window, Retry.Transient);
        var progress = request with { Extraction = extraction, Open = request.Extraction is null ? [new(0, null, null)] : request.Open };
        for (var round = 0; progress.Open.Count > 0; round++)
        {
            if (round == MaxRounds)
            {
                context.ContinueAsNew(progress);
                return new(0);
            }
            await UntilDueAsync(context, progress.Open);
            var due = progress.Open.Where(part => part.NotBefore is not { } instant || instant <= Now(context)).ToList();
            var steps = await Task.WhenAll(due.Select(part => context.CallActivityAsync<Step>(
                nameof(StepExtractionActivity), new StepRequest(new(extraction, part.Part, part.State), request.WorkClass), Retry.Transient)));
            if (steps.FirstOrDefault(step => step.Kind is StepKind.Stopped or StepKind.Skipped) is { } ended)
                return new(0, ended.Kind == StepKind.Stopped ? ended.Reason : null);
            if (steps.Any(step => step.Kind == StepKind.Halved)) return await HalvesAsync(context, request);
            progress = progress.After(due, steps);
        }
        return await LandAsync(context, progress);
    }

    private static async Task<WindowOutcome> LandAsync(TaskOrchestrationContext context, WindowRequest done)
    {
        var landing = new Landing(done.Extraction!, done.Done, done.Suspect);
        if (await context.CallActivityAsync<bool>(nameof(LandExtractionActivity), landing, Retry.Transient)) return new(1, done.Suspect);
        context.ContinueAsNew(new WindowRequest(done.Window, done.WorkClass));     // it was given up meanwhile: fetched again
        return new(0);
    }

    // The extraction itself never lands; each half is one of its own.
    private static async Task<WindowOutcome> HalvesAsync(TaskOrchestrationContext context, WindowRequest request)
    {
        var (earlier, later) = request.Window.Halves();
        var halves = await Task.WhenAll(new[] { later, earlier }.Select(half => context.CallSubOrchestratorAsync<WindowOutcome>(
            nameof(ExtractWindowOrchestration), new WindowRequest(half, request.WorkClass))));
        return new(halves.Sum(half => half.Extractions), halves.Select(half => half.Problem).OfType<string>().FirstOrDefault());
    }

    private static async Task UntilDueAsync(TaskOrchestrationContext context, IReadOnlyList<OpenPart> open)
    {
        if (open.Any(part => part.NotBefore is null)) return;
        var first = open.Min(part => part.NotBefore)!.Value;
        if (first > Now(context)) await context.CreateTimer(first.UtcDateTime, CancellationToken.None);
    }

    private static DateTimeOffset Now(TaskOrchestrationContext context) => new(context.CurrentUtcDateTime, TimeSpan.Zero);

    private static WindowRequest After(this WindowRequest before, IReadOnlyList<OpenPart> due, Step[] steps)
    {
        var (open, done, next, suspect) = (before.Open.Except(due).ToList(), before.Done.ToList(), before.NextPart, before.Suspect);
        foreach (var (part, step) in due.Zip(steps))
        {
            switch (step.Kind)
            {
                case StepKind.Fetched: done.Add(step.Part!); suspect ??= step.Suspect; break;
                case StepKind.Waiting: open.Add(new(part.Part, step.States[0], step.NotBefore)); break;
                case StepKind.Cut: open.AddRange(step.States.Select(state => new OpenPart(next++, state, null))); break;
                default: open.Add(part with { NotBefore = step.NotBefore }); break;      // throttled, or no permit: the same step later
            }
        }
        return before with { Open = open, Done = done, NextPart = next, Suspect = suspect };
    }
}

/// <summary>A window and how far it is.</summary>
public sealed record WindowRequest(SliceWindow Window, WorkClass WorkClass)
{
    /// <summary>Null before it is begun.</summary>
    public Extraction? Extraction { get; init; }

    /// <summary>Parts that are not written yet.</summary>
    public IReadOnlyList<OpenPart> Open { get; init; } = [];

    /// <summary>Parts that are.</summary>
    public IReadOnlyList<ExtractedPart> Done { get; init; } = [];

    /// <summary>The number of the next part; 0 is the window as a whole.</summary>
    public int NextPart { get; init; } = 1;

    /// <summary>Why what was fetched must not be published; null when it is sound.</summary>
    public string? Suspect { get; init; }
}

/// <summary>A part that is not written yet.</summary>
/// <param name="State">What its next step needs; null for the first.</param>
/// <param name="NotBefore">When the next step may be made; null for now.</param>
public sealed record OpenPart(int Part, string? State, DateTimeOffset? NotBefore);

/// <summary>What became of a window.</summary>
/// <param name="Extractions">Extractions that landed.</param>
/// <param name="Problem">Why it did not land, or landed and is withheld; null when all is well.</param>
public sealed record WindowOutcome(int Extractions, string? Problem = null);
