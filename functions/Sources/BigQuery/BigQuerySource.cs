using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.BigQuery;

/// <summary>BigQuery: the rows of a table, day by day, each day the result of one query job.</summary>
public sealed class BigQuerySource(BigQueryClient client, BigQueryOptions options, IObjectStore segments, TimeProvider time) : ISliceSource
{
    private const string ApiVersion = "v2";
    private const string TimeZone = "Etc/UTC";

    /// <summary>Jobs that may fail for a passing fault before the step is given back to be tried again later.</summary>
    private const int MaxFaults = 5;

    /// <inheritdoc/>
    public string Name => "bigquery";

    /// <inheritdoc/>
    public IReadOnlyList<string> Accounts => options.Project.Length > 0 ? [options.Project] : [];

    /// <inheritdoc/>
    public int AtOnce => options.AtOnce;

    /// <inheritdoc/>
    public int LookbackDays => options.LookbackDays;

    /// <inheritdoc/>
    public async Task<AccountProbe> ProbeAsync(string account, CancellationToken stopping)
    {
        client.Reopen();
        var yesterday = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(-1);
        var extraction = new Extraction(0, new(Name, account, options.Streams[0].Name, yesterday, yesterday), DateTimeOffset.UnixEpoch);
        try
        {
            await client.CheckAsync(DayQuery.Of(options.Streams[0], extraction, 0), stopping);
            return new(null, TimeZone, null, null);
        }
        catch (ProviderException error) when (error.Verdict.Kind is VerdictKind.Stopped)
        {
            return new(error.Message, TimeZone, null, null);
        }
        catch (ProviderException error) when (error.Verdict.Kind is VerdictKind.Refused)
        {
            return new(null, TimeZone, null, null);     // the table's fault, which its own slices report; the project answers
        }
        catch (ProviderException error)
        {
            throw new TransientException($"BigQuery project {account} cannot be asked at this moment: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SliceWindow> Plan(string account, DateOnly from, DateOnly to) =>
        [.. options.Streams.SelectMany(stream => WindowPlan.Of(Name, account, stream.Name, from, to, 1))];

    /// <inheritdoc/>
    /// <remarks>A job's own account may always read its result, so that nothing but the query needs roles.</remarks>
    public async Task<Refusal?> RehearseAsync(SliceWindow window, CancellationToken stopping)
    {
        var stream = StreamOf(window);
        try
        {
            await client.CheckAsync(DayQuery.Of(stream, new(0, window, DateTimeOffset.UnixEpoch), 0), stopping);
            return null;
        }
        catch (ProviderException error)
        {
            return Refusal.Of(
                error.Verdict, window,
                $"Grant the service account roles/bigquery.jobUser on the project {options.Project} and roles/bigquery.dataViewer on "
                + $"{stream.Table}, or correct BigQuery:Location and the stream {stream.Name} of BigQuery:Streams.");
        }
    }

    /// <inheritdoc/>
    public async Task<Step> StepAsync(SliceTask task, CancellationToken stopping)
    {
        var window = task.Extraction.Window;
        var stream = StreamOf(window);
        var progress = task.State is { Length: > 0 } state ? Steps.Read<QueryProgress>(state) : new(0, false);
        try
        {
            var query = DayQuery.Of(stream, task.Extraction, progress.Tries);
            var job = progress.IsBegun ? await client.LookAsync(query, stopping) : await client.BeginAsync(query, stopping);
            if (!job.IsDone) return Later(progress with { IsBegun = true }, TimeSpan.FromSeconds(options.PollSeconds));
            // A job that failed stays failed under its id: what may pass is asked again as another job, a limit for as long as it stands.
            if (job.Failure is { Kind: VerdictKind.Throttled } limit)
                return Later(new(progress.Tries + 1, false, progress.Faults), limit.After ?? Steps.UnnamedWait, limit.Reason);
            if (job.Failure is { } failure)
                throw new ProviderException(failure.Kind == VerdictKind.TryAgain ? failure with { Kind = VerdictKind.BeginAnew } : failure);
            return await ReadAsync(task, query, progress, stopping);
        }
        catch (ProviderException error) when (error.Verdict.Kind == VerdictKind.BeginAnew && progress.Faults < MaxFaults)
        {
            return Later(new(progress.Tries + 1, false, progress.Faults + 1), TimeSpan.FromSeconds(1 << progress.Faults), error.Message);
        }
        catch (ProviderException error) when (error.Verdict.Kind == VerdictKind.Refused)
        {
            return Steps.Unanswered(task, error.Verdict);
        }
        catch (ProviderException error)
        {
            return Steps.From(error.Verdict, window, time.GetUtcNow());
        }
    }

    private BigQueryStream StreamOf(SliceWindow window) => options.Streams.FirstOrDefault(each => each.Name == window.Stream)
        ?? throw new TerminalException($"{window}: BigQuery:Streams has no stream of this name.");

    private async Task<Step> ReadAsync(SliceTask task, DayQuery query, QueryProgress progress, CancellationToken stopping)
    {
        using var part = new PartWriter(segments, time, task, PageHeader.Of(task, ApiVersion, options.LookbackDays, new(TimeZone, null, null)));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        long? rows = 0, total = null;
        for (string? next = null; ;)
        {
            var page = await client.PageAsync(query, next, stopping);
            if (!page.IsComplete) return Later(progress with { IsBegun = true }, TimeSpan.FromSeconds(options.PollSeconds));
            part.Add(page.Body);
            (rows, total, next) = (rows + page.Rows, total ?? page.TotalRows, page.Next);
            if (next is null) return Steps.Fetched(await part.FinishAsync(stopping), Incomplete(rows, total));
            if (!seen.Add(next))
                throw new ProviderException(new(VerdictKind.Refused, "BigQuery gave the same page token twice; its paging has changed."));
        }
    }

    private static string? Incomplete(long? rows, long? total) => rows is { } got && total is { } expected && got != expected
        ? $"BigQuery counts {expected} rows and its pages held {got}: pages are missing, or its paging has changed." : null;

    private Step Later(QueryProgress progress, TimeSpan wait, string reason = "") =>
        Steps.Waiting(progress, time.GetUtcNow() + wait, reason);
}

/// <summary>How far a day's query is.</summary>
/// <param name="Tries">Jobs of it that failed.</param>
/// <param name="IsBegun">Its job is known to BigQuery.</param>
/// <param name="Faults">Those of them that no limit stopped.</param>
public sealed record QueryProgress(int Tries, bool IsBegun, int Faults = 0);
