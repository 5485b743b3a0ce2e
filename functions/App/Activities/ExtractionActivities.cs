using Microsoft.Extensions.Logging;
using Pipeline.App.Orchestrations;
using Pipeline.Contracts;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Domain.Telemetry;
using Pipeline.Sources.Slices;

namespace Pipeline.App.Activities;

/// <summary>Proves that an account can be asked and cuts its days into windows; an account that cannot be asked is stopped with an alert.</summary>
public sealed class PlanExtractionActivity(SliceSources sources, ISourceBudget budget, TimeProvider time, ILogger<PlanExtractionActivity> log)
{
    private static readonly TimeSpan TokenNotice = TimeSpan.FromDays(7);

    [Function(nameof(PlanExtractionActivity))]
    public async Task<ExtractPlan> RunAsync([ActivityTrigger] ExtractRequest request, CancellationToken stopping)
    {
        var source = sources.Named(request.Source);
        var probe = await source.ProbeAsync(request.Account, stopping);
        if (probe.Problem is { } problem)
        {
            await budget.StopAsync(request.Source, request.Account, problem, stopping);
            return new(problem, []);
        }
        await budget.OpenAsync(request.Source, null, stopping);
        await budget.OpenAsync(request.Source, request.Account, stopping);
        if (probe.TokenExpires - time.GetUtcNow() < TokenNotice) ExtractionLog.TokenEnds(log, request.Source, request.Account, probe.TokenExpires!.Value);

        // The day that is not over yet would be restated tomorrow, and looks like a drop until then.
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById(probe.TimeZone)).DateTime);
        var to = request.To < today ? request.To.Value : today.AddDays(-1);
        var from = request.From ?? to.AddDays(-source.LookbackDays);
        return new(null, from > to ? [] : source.Plan(request.Account, from, to));
    }
}

/// <summary>Windows to extract.</summary>
/// <param name="Problem">Why there are none; null when the account can be asked.</param>
public sealed record ExtractPlan(string? Problem, IReadOnlyList<SliceWindow> Windows);

/// <summary>Begins an extraction for every dataset that its pages feed.</summary>
public sealed class BeginExtractionActivity(ContractSet contracts, ISliceLedger ledger)
{
    [Function(nameof(BeginExtractionActivity))]
    public Task<Extraction> RunAsync([ActivityTrigger] SliceWindow window, CancellationToken stopping) =>
        ledger.BeginAsync(window, [.. contracts.FedBy(window.Source, window.Stream).Select(contract => contract.Dataset)], stopping);
}

/// <summary>Makes one step under a permit of the account's budget; a limit that is met closes the account for everybody.</summary>
public sealed class StepExtractionActivity(SliceSources sources, ISourceBudget budget, TimeProvider time, ILogger<StepExtractionActivity> log)
{
    /// <summary>A dead process's permit ends with its lease; a living one renews it.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    [Function(nameof(StepExtractionActivity))]
    public async Task<Step> RunAsync([ActivityTrigger] StepRequest request, CancellationToken stopping)
    {
        var window = request.Task.Extraction.Window;
        var source = sources.Named(window.Source);
        using var span = Spans.Start("extract step")?.SetTag("pipeline.source", window.Source).SetTag("pipeline.account", window.Account)
            .SetTag("pipeline.stream", window.Stream);
        var permit = await budget.TryEnterAsync(window.Source, window.Account, request.WorkClass, source.AtOnce, Lease, stopping);
        if (permit.Id is not { } id)
        {
            if (permit.NotBefore is { } later) CountWait(window, later);
            return permit.NotBefore is { } until ? new(StepKind.Throttled) { NotBefore = until, Reason = permit.Reason ?? "" }
                : new(StepKind.Stopped) { Reason = permit.Reason ?? "" };
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var renewing = RenewAsync(id, ended.Token);
        try
        {
            var step = await source.StepAsync(request.Task, stopping);
            await CloseAsync(window, step, stopping);
            if (step.Kind == StepKind.Throttled) CountWait(window, step.NotBefore!.Value);
            span?.SetTag("pipeline.step", step.Kind.ToString()).SetTag("pipeline.pages", step.Part?.Pages)
                .SetTag("pipeline.raw_bytes", step.Part?.RawBytes);
            ExtractionLog.Stepped(log, window.ToString(), request.Task.Part, step.Kind, step.Part?.Pages ?? 0, step.Reason);
            return step;
        }
        finally
        {
            await ended.CancelAsync();
            await renewing;
            await budget.LeaveAsync(id, CancellationToken.None);
        }
    }

    private void CountWait(SliceWindow window, DateTimeOffset until)
    {
        var (source, account) = (Instruments.Label("source", window.Source), Instruments.Label("account", window.Account));
        Instruments.ProviderWaits.Add(1, source, account);
        Instruments.ProviderWaited.Add(Math.Max(0, (until - time.GetUtcNow()).TotalSeconds), source, account);
    }

    private Task CloseAsync(SliceWindow window, Step step, CancellationToken stopping)
    {
        var account = step.WholeApplication ? null : window.Account;
        return step.Kind switch
        {
            StepKind.Throttled => budget.CloseAsync(window.Source, account, step.NotBefore!.Value, step.Reason, stopping),
            StepKind.Stopped => budget.StopAsync(window.Source, account, step.Reason, stopping),
            _ => Task.CompletedTask,
        };
    }

    private async Task RenewAsync(long permit, CancellationToken ended)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Lease / 3, time, ended);
                await budget.RenewAsync(permit, Lease, ended);
            }
        }
        catch (OperationCanceledException)
        {
            // The step has ended.
        }
        catch (Domain.Failures.TransientException away)
        {
            ExtractionLog.NotRenewed(log, permit, away.Message);     // the lease may end early: at worst one call too many at once
        }
    }
}

/// <summary>A step to make.</summary>
public sealed record StepRequest(SliceTask Task, WorkClass WorkClass);

/// <summary>Lands an extraction whose parts are all written.</summary>
public sealed class LandExtractionActivity(ContractSet contracts, ISliceLedger ledger, ILogger<LandExtractionActivity> log)
{
    [Function(nameof(LandExtractionActivity))]
    public async Task<bool> RunAsync([ActivityTrigger] Landing landing, CancellationToken stopping)
    {
        var window = landing.Extraction.Window;
        using var span = Spans.Start("land")?.SetTag("pipeline.source", window.Source).SetTag("pipeline.account", window.Account)
            .SetTag("pipeline.stream", window.Stream).SetTag("pipeline.raw_bytes", landing.Parts.Sum(part => part.RawBytes));
        var landed = await ledger.LandAsync(landing.Extraction, landing.Parts, landing.Suspect, stopping);
        if (landed)
            foreach (var contract in contracts.FedBy(window.Source, window.Stream))
                Landed.Count(
                    contract.Dataset, landing.Parts.Sum(part => (long)part.Pages), landing.Parts.Sum(part => part.RawBytes),
                    landing.Parts.Sum(part => part.ObjectBytes));
        ExtractionLog.Landed(
            log, window.ToString(), landing.Extraction.Id, landing.Parts.Sum(part => part.Pages), landing.Parts.Sum(part => part.RawBytes), landed);
        return landed;
    }
}

/// <summary>An extraction to land.</summary>
/// <param name="Suspect">Why it must not be published; null when it is sound.</param>
public sealed record Landing(Extraction Extraction, IReadOnlyList<ExtractedPart> Parts, string? Suspect);

/// <summary>What extraction writes to the log.</summary>
internal static partial class ExtractionLog
{
    [LoggerMessage(101, LogLevel.Information, "{Window}, part {Part}: {Kind}, {Pages} pages. {Reason}")]
    internal static partial void Stepped(ILogger log, string window, int part, StepKind kind, int pages, string reason);

    [LoggerMessage(102, LogLevel.Information, "Landed {Window} as extraction {Extraction}: {Pages} pages, {RawBytes} bytes; accepted: {Accepted}.")]
    internal static partial void Landed(ILogger log, string window, long extraction, int pages, long rawBytes, bool accepted);

    [LoggerMessage(103, LogLevel.Warning, "The access token of {Source} account {Account} ends at {Ends}; renew it before.")]
    internal static partial void TokenEnds(ILogger log, string source, string account, DateTimeOffset ends);

    [LoggerMessage(104, LogLevel.Warning, "Permit {Permit} was not renewed: {Reason}")]
    internal static partial void NotRenewed(ILogger log, long permit, string reason);
}
