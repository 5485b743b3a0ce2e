using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Facebook;

/// <summary>Meta ads: reports at campaign and at ad level (grains do not add up, so they are kept apart), and what the entities are called.</summary>
public sealed class FacebookSource(FacebookClient client, FacebookOptions options, IObjectStore segments, TimeProvider time) : ISliceSource
{
    /// <summary>The stream that lists campaigns, ad sets and ads.</summary>
    public const string Entities = "entities";

    private const int MaxAnew = 3;
    private const int LooksForNew = 5;

    /// <summary>How far back Meta answers: https://developers.facebook.com/docs/marketing-api/insights.</summary>
    private const int MonthsKept = 37;

    private static readonly (string Edge, string Kind, string Fields)[] EntityEdges =
    [
        ("campaigns", "campaign", "id,name,status"), ("adsets", "ad_group", "id,name,status,campaign_id"), ("ads", "ad", "id,name,status,adset_id,campaign_id"),
    ];

    private readonly SplitLadder ladder = new(client, options);
    private readonly AccountProfiles profiles = new(client.AccountAsync);

    /// <inheritdoc/>
    public string Name => "facebook";

    /// <inheritdoc/>
    public IReadOnlyList<string> Accounts => options.Accounts;

    /// <inheritdoc/>
    public int AtOnce => options.AtOnce;

    /// <inheritdoc/>
    public int LookbackDays => options.LookbackDays;

    /// <inheritdoc/>
    public async Task<AccountProbe> ProbeAsync(string account, CancellationToken stopping)
    {
        client.Reopen(account);
        try
        {
            var expires = await client.TokenExpiresAsync(stopping);
            var profile = await profiles.RenewAsync(account, stopping);
            return new(null, profile.TimeZone, profile.Currency, expires);
        }
        catch (ProviderException error) when (error.Verdict.Kind is VerdictKind.Stopped or VerdictKind.Refused)
        {
            return new(error.Message, "Etc/UTC", null, null);
        }
        catch (ProviderException error)
        {
            throw new TransientException($"Meta account {account} cannot be asked at this moment: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SliceWindow> Plan(string account, DateOnly from, DateOnly to)
    {
        var oldest = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddMonths(-MonthsKept).AddDays(2);
        return
        [
            .. WindowPlan.Of(Name, account, Entities, to, to, 1),
            .. new[] { "campaign", "ad" }.SelectMany(level => WindowPlan.Of(Name, account, level, from < oldest ? oldest : from, to, options.DaysPerReport)),
        ];
    }

    /// <inheritdoc/>
    /// <remarks>A report's question is answered here by its first row, so that no report is begun that nobody fetches.</remarks>
    public async Task<Refusal?> RehearseAsync(SliceWindow window, CancellationToken stopping)
    {
        var edges = window.Stream == Entities ? EntityEdges.Select(edge => (edge.Edge, FieldsOf(edge.Fields)))
            : [("insights", ReportQuestion.Of(window).ToParameters())];
        try
        {
            foreach (var (edge, parameters) in edges)
                await client.PageAsync(window.Account, $"act_{window.Account}/{edge}", parameters, limit: 1, after: null, stopping);
            return null;
        }
        catch (ProviderException error)
        {
            return Refusal.Of(
                error.Verdict, window,
                $"Give the user of Facebook:AccessToken ads_read on the account {window.Account}, and the token the same scope.");
        }
    }

    /// <inheritdoc/>
    public async Task<Step> StepAsync(SliceTask task, CancellationToken stopping)
    {
        var window = task.Extraction.Window;
        try
        {
            if (window.Stream == Entities) return await EntitiesAsync(task, stopping);
            var state = task.State is null ? ReportState.Of(ReportQuestion.Of(window)) : Steps.Read<ReportState>(task.State);
            return await StepAsync(task, state, stopping);
        }
        catch (ProviderException error)
        {
            return Steps.From(error.Verdict, window, time.GetUtcNow());
        }
    }

    private async Task<Step> StepAsync(SliceTask task, ReportState state, CancellationToken stopping)
    {
        try
        {
            if (state.Runs.Count < state.Groups.Count) return await BeginAsync(task, state, stopping);
            foreach (var run in state.Runs)
                if (await LookAsync(task, state, run, stopping) is { } step) return step;
            return Steps.Fetched(await ReadAsync(task, state, stopping));
        }
        catch (ProviderException error) when (error.Verdict.Kind == VerdictKind.PageTooLarge && (state.Limit ?? options.PageRows) > 1)
        {
            return Steps.Waiting(state with { Limit = (state.Limit ?? options.PageRows) / 2 }, time.GetUtcNow());
        }
        catch (ProviderException error) when (error.Verdict.Kind is VerdictKind.TooMuchData or VerdictKind.PageTooLarge)
        {
            return await ladder.NextAsync(task.Extraction.Window, state, error.Message, stopping);
        }
        catch (ProviderException error) when (error.Verdict.Kind == VerdictKind.BeginAnew && state.Anew < MaxAnew)
        {
            return Anew(state);
        }
    }

    private async Task<Step> BeginAsync(SliceTask task, ReportState state, CancellationToken stopping)
    {
        var fields = state.Groups[state.Runs.Count];
        var run = await client.BeginReportAsync(task.Extraction.Window.Account, state.Question with { Fields = fields }, stopping);
        return Steps.Waiting(state with { Runs = [.. state.Runs, run] }, time.GetUtcNow() + TimeSpan.FromSeconds(options.PollSeconds));
    }

    /// <returns>Null when the run is completed.</returns>
    private async Task<Step?> LookAsync(SliceTask task, ReportState state, string run, CancellationToken stopping)
    {
        ReportStatus report;
        try
        {
            report = await client.ReportAsync(task.Extraction.Window.Account, run, stopping);
        }
        catch (ProviderException error) when (error.Verdict.Kind == VerdictKind.InProgress && state.Anew < MaxAnew)
        {
            // Right after it was begun a run may not be found yet; later it has ended.
            return state.Polls < LooksForNew
                ? Steps.Waiting(state with { Polls = state.Polls + 1 }, time.GetUtcNow() + TimeSpan.FromSeconds(options.PollSeconds)) : Anew(state);
        }
        switch (report.Status)
        {
            case "Job Completed":
                return null;        // "Job Running" at 100 % is not
            case "Job Failed" or "Job Skipped":
                var verdict = FacebookErrors.Judge(report.ErrorCode, report.ErrorSubcode, report.ErrorMessage, transient: report.ErrorCode == 0);
                // The run stays failed: once the limit has passed another one is begun, however often that is.
                if (verdict.Kind == VerdictKind.Throttled)
                    return Steps.Waiting(state with { Runs = [], Polls = 0 }, time.GetUtcNow() + Steps.UnnamedWait, verdict.Reason);
                if (verdict.Kind != VerdictKind.TryAgain) throw new ProviderException(verdict);
                return state.Anew < MaxAnew ? Anew(state)
                    : throw new TransientException($"{task.Extraction.Window}: Meta failed the report {MaxAnew + 1} times ({report.Status}, code {report.ErrorCode}).");
            default:
                // Beginning a slow report anew makes throttling worse; a smaller one is what helps.
                if (state.Polls >= options.Polls)
                    return await ladder.NextAsync(task.Extraction.Window, state, $"the report is still '{report.Status}' after {state.Polls} looks.", stopping);
                var wait = TimeSpan.FromSeconds(options.PollSeconds * Math.Min(6, 1 + state.Polls / 2));
                return Steps.Waiting(state with { Polls = state.Polls + 1 }, time.GetUtcNow() + wait);
        }
    }

    private Step Anew(ReportState state) => Steps.Waiting(
        state with { Runs = [], Polls = 0, Anew = state.Anew + 1 }, time.GetUtcNow() + TimeSpan.FromSeconds(options.PollSeconds << state.Anew));

    private async Task<ExtractedPart> ReadAsync(SliceTask task, ReportState state, CancellationToken stopping)
    {
        using var part = new PartWriter(segments, time, task, await HeaderAsync(task, stopping));
        var joined = new JoinedRows(state.Question.Level);
        foreach (var run in state.Runs)
        {
            for (string? after = null; ;)
            {
                var page = await client.PageAsync(
                    task.Extraction.Window.Account, $"{run}/insights", FacebookClient.Nothing, state.Limit ?? options.PageRows, after, stopping);
                if (state.Runs.Count == 1) part.Add(page.Body);
                else joined.Add(page.Body);
                if ((after = page.After) is null) break;
            }
        }
        if (state.Runs.Count > 1) part.Add(joined.ToPage());
        return await part.FinishAsync(stopping);
    }

    private async Task<Step> EntitiesAsync(SliceTask task, CancellationToken stopping)
    {
        using var part = new PartWriter(segments, time, task, await HeaderAsync(task, stopping));
        var account = task.Extraction.Window.Account;
        foreach (var (edge, kind, fields) in EntityEdges)
        {
            for (string? after = null; ;)
            {
                var page = await client.PageAsync(account, $"act_{account}/{edge}", FieldsOf(fields), options.PageRows, after, stopping);
                part.Add(page.Body, kind);
                if ((after = page.After) is null) break;
            }
        }
        return Steps.Fetched(await part.FinishAsync(stopping));
    }

    private static IReadOnlyDictionary<string, string> FieldsOf(string fields) => new Dictionary<string, string> { ["fields"] = fields };

    private async Task<PageHeader> HeaderAsync(SliceTask task, CancellationToken stopping)
    {
        var account = task.Extraction.Window.Account;
        var profile = await profiles.OfAsync(account, stopping);
        return PageHeader.Of(task, options.Version, options.LookbackDays, profile);
    }
}
