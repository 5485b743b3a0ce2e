using System.Text.Json;
using Pipeline.Domain.Attribution;
using Pipeline.Domain.Ports;
using Pipeline.Transforms.Attribution;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Bench.Scenarios.Attributing;

/// <summary>Sums of all campaigns and days, by which two answers are compared.</summary>
internal readonly record struct AdTotals(long Impressions, long Clicks, long Conversions, long ByClick, long ByView, long Seconds)
{
    /// <summary>Of the events, user by user in the plainest way.</summary>
    public static AdTotals OfEvents(long events)
    {
        var all = (from dataset in AdLake.Datasets
                   from day in Enumerable.Range(0, AdEvents.Days)
                   from bucket in Enumerable.Range(0, AttributionNames.Buckets)
                   from each in AdEvents.Of(dataset, day, bucket, events)
                   select each).ToList();
        var touches = all.Where(each => each.Kind is not null).ToLookup(each => (each.User, each.Campaign));
        var last = all.Where(each => each.Kind is null).Select(conversion => (
            Conversion: conversion,
            Touch: touches[(conversion.User, conversion.Campaign)]
                .Where(touch => touch.Time <= conversion.Time && conversion.Time - touch.Time <= Lookback(touch))
                .Select(touch => (AdEvent?)touch).MaxBy(touch => (touch!.Value.Kind == TouchKind.Click, touch.Value.Time)))).ToList();
        return new(
            all.Count(each => each.Kind == TouchKind.View), all.Count(each => each.Kind == TouchKind.Click), last.Count,
            last.Count(each => each.Touch?.Kind == TouchKind.Click), last.Count(each => each.Touch?.Kind == TouchKind.View),
            last.Sum(each => each.Touch is { } touch ? (each.Conversion.Time - touch.Time) / TimeSpan.MicrosecondsPerSecond : 0));
    }

    /// <summary>Of the pages that were landed.</summary>
    public static async Task<AdTotals> OfPagesAsync(IObjectStore segments, IEnumerable<string> keys)
    {
        var totals = default(AdTotals);
        using var reader = new SegmentReader();
        foreach (var key in keys)
        {
            await using var stored = await segments.OpenReadAsync(key, default);
            reader.Open(stored);
            while (await reader.ReadAsync(default) is { } block)
                for (var page = 0; page < block.Count; page++) totals = totals.With(block.Value(page));
        }
        return totals;
    }

    private AdTotals With(ReadOnlyMemory<byte> page)
    {
        using var json = JsonDocument.Parse(page);
        var totals = this;
        if (!json.RootElement.TryGetProperty("campaign_counts", out var counts)) return totals;
        foreach (var row in counts.EnumerateArray())
            totals = new(
                totals.Impressions + Number(row, "impressions"), totals.Clicks + Number(row, "clicks"), totals.Conversions
                    + Number(row, "conversions"),
                totals.ByClick + Number(row, "click_conversions"), totals.ByView + Number(row, "view_conversions"),
                totals.Seconds + Number(row, "seconds_to_convert"));
        return totals;
    }

    private static long Number(JsonElement row, string name) => row.GetProperty(name).GetInt64();

    private static long Lookback(AdEvent touch) =>
        (touch.Kind == TouchKind.Click ? Campaigns.Default.Click : Campaigns.Default.View).Ticks / TimeSpan.TicksPerMicrosecond;
}
