using System.Diagnostics;
using Pipeline.Domain.Failures;

namespace Pipeline.Domain.Telemetry;

/// <summary>The pipeline's spans: land, publish and its parts, steps of extractions. Null, at no cost, while nobody listens.</summary>
/// <remarks>Attributes are datasets, counts and bytes, never a value or a secret. https://www.w3.org/TR/trace-context/</remarks>
public static class Spans
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "Pipeline";

    /// <summary>Landings a publication's span is linked to at most.</summary>
    public const int MaxLinks = 64;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The context of the present span, as a landed segment keeps it: <c>00-trace-span-01</c>. Null when nobody listens.</summary>
    public static string? Context =>
        Source.HasListeners() && Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } span ? span.Id : null;

    /// <summary>Begins a span; disposing ends it.</summary>
    /// <param name="name">One of a few: a name never holds a key or a number.</param>
    public static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);

    /// <summary>Begins a span about a dataset.</summary>
    public static Activity? Start(string name, string dataset) => Source.StartActivity(name)?.SetTag("pipeline.dataset", dataset);

    /// <summary>Links to the spans that landed what is read, each once and <see cref="MaxLinks"/> at most.</summary>
    /// <param name="contexts">As <see cref="Context"/> gave them; null where nobody listened.</param>
    public static void LinkTo(this Activity? span, IEnumerable<string?> contexts)
    {
        if (span is null) return;
        foreach (var context in contexts.Distinct().Where(context => context is not null).Take(MaxLinks))
            if (ActivityContext.TryParse(context, null, isRemote: true, out var landed)) span.AddLink(new(landed));
    }

    /// <summary>Marks the span failed. Only sentences of ours go along: a driver's message might hold a value.</summary>
    public static void Fail(this Activity? span, Exception error) => span?.SetTag("error.type", error.GetType().Name)
        .SetStatus(ActivityStatusCode.Error, SentenceOf(error));

    /// <summary>What an error may say outside of the log: a sentence of ours, or else its type.</summary>
    public static string SentenceOf(Exception error) =>
        error is TransientException or TerminalException ? error.Message : error.GetType().Name;
}
