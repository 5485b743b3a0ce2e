using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.CleverTap;

/// <summary>CleverTap: the events of each name by project-local day, and the profiles behind one of them.</summary>
public sealed class CleverTapSource(CleverTapClient client, CleverTapOptions options, IObjectStore segments, TimeProvider time) : ISliceSource
{
    /// <summary>The stream of the profiles; every other stream is an event's name.</summary>
    public const string Profiles = "profiles";

    private const string ApiVersion = "1";
    private const int TriesInProgress = 12;

    /// <inheritdoc/>
    public string Name => "clevertap";

    /// <inheritdoc/>
    public IReadOnlyList<string> Accounts => [.. options.Projects.Select(project => project.AccountId)];

    /// <inheritdoc/>
    public int AtOnce => options.AtOnce;

    /// <inheritdoc/>
    public int LookbackDays => options.LookbackDays;

    /// <inheritdoc/>
    public async Task<AccountProbe> ProbeAsync(string account, CancellationToken stopping)
    {
        var project = Project(account);
        client.Reopen(account);
        try
        {
            // There is no call that only says who one is: a count of the first event is the cheapest question.
            var name = project.Events.Concat([project.ProfilesOf]).FirstOrDefault(each => each.Length > 0);
            var yesterday = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), Zone(project)).DateTime).AddDays(-1);
            if (name is not null) await client.BeginAsync(project, "events", name, yesterday, yesterday, stopping);
            return new(null, project.TimeZone, null, null);
        }
        catch (ProviderException error) when (error.Verdict.Kind is VerdictKind.Stopped)
        {
            return new(error.Message, project.TimeZone, null, null);
        }
        catch (ProviderException error) when (error.Verdict.Kind is VerdictKind.Skipped or VerdictKind.Refused or VerdictKind.InProgress)
        {
            return new(null, project.TimeZone, null, null);     // the event's fault, which its own slices report; the account answers
        }
        catch (ProviderException error)
        {
            throw new TransientException($"CleverTap project {account} cannot be asked at this moment: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SliceWindow> Plan(string account, DateOnly from, DateOnly to)
    {
        var project = Project(account);
        var streams = project.ProfilesOf.Length > 0 ? project.Events.Append(Profiles) : project.Events;
        return [.. streams.SelectMany(stream => WindowPlan.Of(Name, account, stream, stream == Profiles ? to : from, to, 1))];
    }

    /// <inheritdoc/>
    /// <remarks>A cursor that nobody follows ends by itself.</remarks>
    public async Task<Refusal?> RehearseAsync(SliceWindow window, CancellationToken stopping)
    {
        var project = Project(window.Account);
        var (api, name) = ExportOf(project, window);
        try
        {
            await client.BeginAsync(project, api, name, window.From, window.To, stopping);
            return null;
        }
        catch (ProviderException error)
        {
            return Refusal.Of(
                error.Verdict, window,
                $"Correct or take out '{name}' in Events or ProfilesOf of the project {window.Account} in CleverTap:Projects, "
                + "or correct its Passcode.");
        }
    }

    /// <inheritdoc/>
    public async Task<Step> StepAsync(SliceTask task, CancellationToken stopping)
    {
        var window = task.Extraction.Window;
        var project = Project(window.Account);
        var (api, name) = ExportOf(project, window);
        var cursor = task.State is { Length: > 0 } begun ? begun : null;
        try
        {
            cursor ??= await client.BeginAsync(project, api, name, window.From, window.To, stopping);
            using var part = new PartWriter(segments, time, task, PageHeader.Of(task, ApiVersion, options.LookbackDays, new(project.TimeZone, null, null)));
            var records = await ReadAsync(project, api, cursor, part, stopping);
            var counted = await client.CountAsync(project, api, name, window.From, window.To, stopping);
            return Steps.Fetched(await part.FinishAsync(stopping), Incomplete(records, counted));
        }
        catch (ProviderException error) when (error.Verdict.Kind == VerdictKind.InProgress)
        {
            var wait = TimeSpan.FromSeconds(options.InProgressSeconds);
            return cursor is null ? new(StepKind.Throttled) { NotBefore = time.GetUtcNow() + wait, Reason = error.Message }
                : new(StepKind.Waiting) { States = [cursor], NotBefore = time.GetUtcNow() + wait };
        }
        catch (ProviderException error) when (error.Verdict.Kind == VerdictKind.BeginAnew && task.State is { Length: > 0 })
        {
            return new(StepKind.Waiting) { States = [""], NotBefore = time.GetUtcNow() };      // the cursor that was waited with is dead
        }
        catch (ProviderException error)
        {
            return Steps.From(error.Verdict, window, time.GetUtcNow());
        }
    }

    /// <returns>Records of all pages; null when a page does not hold the list they should be in, so that nobody can count them.</returns>
    private async Task<long?> ReadAsync(CleverTapProject project, string api, string cursor, PartWriter part, CancellationToken stopping)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        long? records = 0;
        for (string? next = cursor; next is not null;)
        {
            if (!seen.Add(next))
                throw new ProviderException(new(VerdictKind.Refused, "CleverTap gave the same cursor twice; its paging has changed."));
            var page = await PageAsync(project, api, next, part.Pages > 0, stopping);
            part.Add(page.Body);
            next = page.Next;
            // The last page has no records, and that is how it says so.
            records = page.Records is { } some ? records + some : next is null ? records : null;
        }
        return records;
    }

    // The first page may take long, and the orchestration waits for it; in the middle of a chain there are pages to lose.
    private async Task<ExportPage> PageAsync(CleverTapProject project, string api, string cursor, bool patient, CancellationToken stopping)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await client.PageAsync(project, api, cursor, stopping);
            }
            catch (ProviderException error) when (patient && tries < TriesInProgress && error.Verdict.Kind is VerdictKind.InProgress or VerdictKind.Throttled)
            {
                await Task.Delay(error.Verdict.After ?? TimeSpan.FromSeconds(options.InProgressSeconds), time, stopping);
            }
        }
    }

    private string? Incomplete(long? records, long? counted)
    {
        if (records is not { } got || counted is not { } expected) return null;
        return Math.Abs(got - expected) <= Math.Ceiling(expected * options.CountTolerance) ? null
            : $"CleverTap counts {expected} events and its export held {got}: pages are missing, or its paging has changed.";
    }

    private static (string Api, string Event) ExportOf(CleverTapProject project, SliceWindow window) =>
        window.Stream == Profiles ? ("profiles", project.ProfilesOf) : ("events", window.Stream);

    private CleverTapProject Project(string account) => options.Projects.First(project => project.AccountId == account);

    private static TimeZoneInfo Zone(CleverTapProject project) => TimeZoneInfo.FindSystemTimeZoneById(project.TimeZone);
}
