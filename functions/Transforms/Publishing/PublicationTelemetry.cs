using System.Diagnostics;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Telemetry;

namespace Pipeline.Transforms.Publishing;

/// <summary>What one publication tells of itself: a span linked to the landings it read, and counts once it is committed.</summary>
internal sealed class PublicationTelemetry : IDisposable
{
    private readonly string dataset;
    private readonly Activity? span;
    private readonly long began = Stopwatch.GetTimestamp();

    public PublicationTelemetry(long publicationId, string dataset)
    {
        this.dataset = dataset;
        span = Spans.Start("publish", dataset)?.SetTag("pipeline.publication", publicationId);
    }

    /// <summary>It is known what will be read.</summary>
    public void Begun(PublicationAttempt attempt)
    {
        if (span is null) return;
        span.SetTag("pipeline.attempt", attempt.Number).SetTag("pipeline.segments", attempt.Segments.Count)
            .SetTag("pipeline.raw_bytes", attempt.Plan.RawBytes);
        span.LinkTo(attempt.Segments.Select(segment => segment.Trace));
    }

    /// <summary>It is committed.</summary>
    public void Committed(PublicationResult result)
    {
        var (counts, label) = (result.Counts, Instruments.Dataset(dataset));
        var bytes = result.Objects.Sum(made => made.Staged.Bytes);
        span?.SetTag("pipeline.rows_in", counts.In).SetTag("pipeline.rows_out", counts.Out)
            .SetTag("pipeline.rows_duplicate", counts.Duplicates).SetTag("pipeline.rows_rejected", counts.Rejected)
            .SetTag("pipeline.objects", result.Objects.Count).SetTag("pipeline.object_bytes", bytes);
        Instruments.RowsIn.Add(counts.In, label);
        Instruments.RowsOut.Add(counts.Out, label);
        Instruments.RowsDuplicate.Add(counts.Duplicates, label);
        foreach (var cause in result.Rejections)
            Instruments.RowsRejected.Add(cause.Records, label, Instruments.Label("code", cause.Code.Text()));
        Instruments.LakeObjects.Add(result.Objects.Count, label);
        Instruments.LakeBytes.Add(bytes, label);
    }

    /// <summary>It ended; the time counts where this run committed it.</summary>
    public PublicationSummary Ended(PublicationSummary summary)
    {
        span?.SetTag("pipeline.end", summary.End.ToString());
        if (summary.End == PublicationEnd.Committed)
            Instruments.PublicationDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, Instruments.Dataset(dataset));
        return summary;
    }

    /// <summary>It failed.</summary>
    public void Failed(Exception error)
    {
        span.Fail(error);
        var kind = error switch { TransientException => "transient", TerminalException => "terminal", _ => "fault" };
        if (error is not OperationCanceledException)
            Instruments.PublicationFailures.Add(1, Instruments.Dataset(dataset), Instruments.Label("kind", kind));
    }

    /// <inheritdoc/>
    public void Dispose() => span?.Dispose();
}
