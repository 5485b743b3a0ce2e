using Microsoft.Extensions.Logging;
using Pipeline.App.Orchestrations;
using Pipeline.Contracts;
using Pipeline.Domain.Alerts;
using Pipeline.Domain.Attribution;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Attribution;
using Pipeline.Transforms.Attribution;

namespace Pipeline.App.Activities;

/// <summary>Finds the days to compute, and cuts them into pieces of work.</summary>
public sealed class PlanAttributionActivity(ContractSet contracts, IAttributionLedger ledger, Campaigns campaigns)
{
    /// <summary>Publications of one run; the others are the next one's.</summary>
    private const int MaxPublications = 1_000;

    [Function(nameof(PlanAttributionActivity))]
    public async Task<AttributionPlan> RunAsync([ActivityTrigger] AttributionRequest request, CancellationToken stopping)
    {
        var datasets = AttributionFeeds.Of(contracts);
        if (datasets is []) return new([], [], []);
        if (request is { From: { } from, To: { } to })
            return new(
                DirtyDays.Cut(
                [
                    .. await HavingAsync(AttributionNames.Conversions, from, to, stopping),
                    .. await HavingAsync(AttributionNames.Clicks, from, to, stopping),
                    .. await HavingAsync(AttributionNames.Impressions, from, to, stopping),
                ]), [], datasets);

        var changes = await ledger.ChangesAsync(MaxPublications, stopping);
        var having = new HashSet<BucketDay>();
        if (changes.Touches.Count > 0)
        {
            var (first, last) = (changes.Touches.Min(each => each.Day), changes.Touches.Max(each => each.Day));
            having.UnionWith(await HavingAsync(AttributionNames.Conversions, first, last.AddDays(campaigns.LookbackDays), stopping));
        }
        return new(DirtyDays.Cut(DirtyDays.Of(changes, having, campaigns.LookbackDays)), changes.Publications, datasets);
    }

    // A day that has lost its rows still has a result that stands.
    private async Task<IEnumerable<BucketDay>> HavingAsync(string dataset, DateOnly from, DateOnly to, CancellationToken stopping) =>
        (await ledger.DaysAsync(dataset, from, to, stopping))
            .Concat((await ledger.ResultsAsync(null, from, to, stopping)).Select(result => result.Day));
}

/// <summary>Computes some days of a bucket of users and lands those whose result changed; safe to run twice.</summary>
public sealed class AttributeBucketActivity(ContractSet contracts, AttributeBucket attribute, IAlerts alerts, ILogger<AttributeBucketActivity> log)
{
    [Function(nameof(AttributeBucketActivity))]
    public async Task<int> RunAsync([ActivityTrigger] BucketDays piece, CancellationToken stopping)
    {
        var landed = await attribute.RunAsync(piece, AttributionFeeds.Of(contracts), stopping);
        AttributionLog.Attributed(log, piece.Bucket, piece.Days.Count, piece.Days[0], piece.Days[^1], landed.Count);
        await alerts.ResolveAsync(AttributionAlerts.Dataset, AttributionAlerts.Code, AttributionAlerts.SubjectOf(piece), stopping);
        return landed.Count;
    }
}

/// <summary>Marks publications whose days have all been computed.</summary>
public sealed class MarkAttributedActivity(IAttributionLedger ledger)
{
    [Function(nameof(MarkAttributedActivity))]
    public Task RunAsync([ActivityTrigger] long[] publications, CancellationToken stopping) => ledger.MarkSeenAsync(publications, stopping);
}

/// <summary>Tells a person that some days cannot be computed; the run goes on with the others, and the next one tries again.</summary>
public sealed class ReportAttributionActivity(IAlerts alerts)
{
    [Function(nameof(ReportAttributionActivity))]
    public Task RunAsync([ActivityTrigger] FailedPiece failed, CancellationToken stopping) => alerts.RaiseAsync(
        new(AlertSeverity.Critical, AttributionAlerts.Dataset, AttributionAlerts.Code, failed.Subject,
            $"{failed.Piece.Days.Count} day(s) could not be attributed, of {failed.Subject} on: {failed.Reason} What stood before stands, "
            + "and the next run tries again.")
        {
            Since = new(failed.Piece.Days[0].ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            Expected = $"conversions of {failed.Piece.Days.Count} day(s) attributed", Seen = failed.Reason,
            Query = AlertQueries.Slices(AttributionAlerts.Dataset, AttributionAlerts.WindowOf(failed.Piece)),
        }, stopping);
}

/// <summary>A piece of work that was given up.</summary>
public sealed record FailedPiece(BucketDays Piece, string Reason)
{
    /// <summary>What the alert is filed under.</summary>
    public string Subject => AttributionAlerts.SubjectOf(Piece);
}

/// <summary>The alert on pieces that cannot be computed; it ends when the same piece is.</summary>
internal static class AttributionAlerts
{
    public const string Dataset = "attributions";
    public const string Code = "attribution_failed";

    /// <summary>The slices that a piece makes.</summary>
    public static SliceWindow WindowOf(BucketDays piece) => new(
        SourceKind.Attribution.Text(), AttributionNames.AccountOf(piece.Bucket), AttributionNames.Stream, piece.Days[0], piece.Days[^1]);

    /// <summary>The bucket and its first day: <c>bucket-03 2026-10-01</c>.</summary>
    public static string SubjectOf(BucketDays piece) => $"{AttributionNames.AccountOf(piece.Bucket)} {piece.Days[0]:yyyy-MM-dd}";
}

/// <summary>The datasets that attribution's pages feed.</summary>
internal static class AttributionFeeds
{
    /// <summary>None where the contracts are of another business.</summary>
    public static IReadOnlyList<string> Of(ContractSet contracts) =>
        [.. contracts.FedBy(SourceKind.Attribution.Text(), AttributionNames.Stream).Select(contract => contract.Dataset)];
}

/// <summary>What attribution writes to the log.</summary>
internal static partial class AttributionLog
{
    [LoggerMessage(201, LogLevel.Information, "Attributed bucket {Bucket}: {Days} days from {From} to {To}, {Landed} of them changed.")]
    internal static partial void Attributed(ILogger log, int bucket, int days, DateOnly from, DateOnly to, int landed);
}
