using Pipeline.Domain.Failures;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>Drives a window to its end as the orchestration does: waits, cuts, halves, tries again, and notes what happened.</summary>
internal sealed class Journey(SourceRig rig, ISliceSource source)
{
    /// <summary>So often the same in a row is taken for ever.</summary>
    private const int ForEver = 4;

    private const int MostWaitsInARow = 100;
    private const int MostSteps = 2000;
    private readonly List<string> trail = [];
    private int steps;
    private int waitsInARow;

    /// <summary>What happened, such as <c>Throttled, Fetched</c>: waiting is left out, cuts in a row are one, three points stand for ever.</summary>
    public string Trail => string.Join(", ", trail);

    /// <summary>Objects of all parts that were written.</summary>
    public List<ExtractedPart> Parts { get; } = [];

    /// <summary>Why what was fetched must not be published.</summary>
    public string? Suspect { get; private set; }

    /// <summary>The last reason or exception text.</summary>
    public string Reason { get; private set; } = "";

    public static async Task<Journey> OfAsync(SourceRig rig, ISliceSource source, SliceWindow window, string? state = null)
    {
        var journey = new Journey(rig, source);
        await journey.RunAsync(window, state);
        return journey;
    }

    private async Task<bool> RunAsync(SliceWindow window, string? state)
    {
        var extraction = rig.Begin(window);
        var next = 1;
        var open = new Queue<(int Part, string? State)>([(0, state)]);
        while (open.TryDequeue(out var part))
        {
            if (await StepAsync(new(extraction, part.Part, part.State)) is not { } step) return false;
            switch (step.Kind)
            {
                case StepKind.Fetched:
                    Parts.Add(step.Part!);
                    Suspect ??= step.Suspect;
                    break;
                case StepKind.Waiting:
                    open.Enqueue((part.Part, step.States[0]));
                    break;
                case StepKind.Throttled:
                    open.Enqueue(part);
                    break;
                case StepKind.Cut:
                    foreach (var smaller in step.States) open.Enqueue((next++, smaller));
                    break;
                case StepKind.Halved:
                    var (earlier, later) = window.Halves();
                    return await RunAsync(later, null) && await RunAsync(earlier, null);
                default:
                    return false;
            }
        }
        return true;
    }

    /// <returns>Null at the end of the road.</returns>
    private async Task<Step?> StepAsync(SliceTask task)
    {
        while (true)
        {
            Assert.True(++steps < MostSteps, $"no end in {MostSteps} steps: {Trail}");
            try
            {
                var step = await source.StepAsync(task, TestContext.Current.CancellationToken);
                Say(step.Reason);
                if (step.Kind == StepKind.Waiting)
                {
                    if (!Wait()) return null;
                }
                else if (!Note($"{step.Kind}{(step.WholeApplication ? " (application)" : "")}")) return null;
                if (step.NotBefore is { } later) rig.Clock.LeapTo(later);
                return step;
            }
            catch (TransientException error)
            {
                Say(error.ToString());
                if (!Note("Transient")) return null;      // the activity is run again
            }
            catch (TerminalException error)
            {
                Say(error.ToString());
                Reason = error.Message;
                trail.Add("Terminal");
                return null;
            }
        }
    }

    private bool Wait()
    {
        if (++waitsInARow < MostWaitsInARow) return true;
        trail.Add("Waiting...");
        return false;
    }

    private bool Note(string what)
    {
        waitsInARow = 0;
        if (what == "Cut" && trail is [.., "Cut"]) return true;
        trail.Add(what);
        if (what == "Fetched" || trail.Count < ForEver || trail[^ForEver..].Any(each => each != what)) return true;
        trail.RemoveRange(trail.Count - ForEver, ForEver);
        trail.Add($"{what}...");
        return false;
    }

    private void Say(string what)
    {
        if (what.Length > 0) Reason = what;
        rig.Said.Enqueue(what);
    }
}
