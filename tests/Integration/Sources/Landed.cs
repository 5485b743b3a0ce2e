using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Integration.Sources;

/// <summary>What stands in landed segments, as lines that can be compared with what upstream says.</summary>
internal static class Landed
{
    /// <summary>Every page of every object, its header before it.</summary>
    public static async IAsyncEnumerable<string> AllPagesAsync(
        IObjectStore segments, [EnumeratorCancellation] CancellationToken stopping = default)
    {
        await foreach (var stored in segments.ListAsync("", null, stopping))
            foreach (var (header, page) in await PagesAsync(segments, stored.Key)) yield return header + page;
    }

    /// <summary>The pages of parts, as JSON.</summary>
    public static async Task<List<JsonElement>> PagesAsync(IObjectStore segments, IEnumerable<ExtractedPart> parts)
    {
        var pages = new List<JsonElement>();
        foreach (var part in parts)
        {
            var landed = await PagesAsync(segments, part.ObjectKey);
            Assert.Equal(part.Pages, landed.Count);
            pages.AddRange(landed.Select(page => JsonElement.Parse(page.Page)));
        }
        return pages;
    }

    /// <summary>Facebook's rows.</summary>
    public static async Task<List<string>> FacebookAsync(IObjectStore segments, IEnumerable<ExtractedPart> parts) => Sorted(
        from page in await PagesAsync(segments, parts)
        from row in page.GetProperty("data").EnumerateArray()
        select Line(Text(row, "date_start"), Text(row, "campaign_id"), Text(row, "adset_id"), Text(row, "ad_id"), Text(row, "impressions"),
            Text(row, "clicks"), Text(row, "reach"), Money(Text(row, "spend"), 1)));

    /// <summary>Google's rows.</summary>
    public static async Task<List<string>> GoogleAsync(IObjectStore segments, IEnumerable<ExtractedPart> parts) => Sorted(
        from page in await PagesAsync(segments, parts)
        where page.TryGetProperty("results", out _)
        from row in page.GetProperty("results").EnumerateArray()
        let metrics = row.GetProperty("metrics")
        select Line(Text(row.GetProperty("segments"), "date"), Text(row.GetProperty("campaign"), "id"), Inner(row, "adGroup", "id"), Inner(row, "adGroupAd", "ad", "id"),
            Text(metrics, "impressions"), Text(metrics, "clicks"), "", Money(Text(metrics, "costMicros"), 1_000_000)));

    /// <summary>CleverTap's events.</summary>
    public static async Task<List<string>> CleverTapAsync(IObjectStore segments, IEnumerable<ExtractedPart> parts) => Sorted(
        from page in await PagesAsync(segments, parts)
        where page.TryGetProperty("records", out _)
        from row in page.GetProperty("records").EnumerateArray()
        select $"{row.GetProperty("ts")}|{Text(row.GetProperty("profile"), "objectId")}");

    /// <summary>What the Sandbox says of ads, in the same form.</summary>
    /// <param name="withReach">Google has none.</param>
    public static async Task<List<string>> TruthAsync(SourceRig rig, string platform, SliceWindow window, bool withReach) => Sorted(
        (await rig.Apis.TruthAsync(platform, window.Account, $"{window.From:O}", $"{window.To:O}", window.Stream)).Select(row => Line(
            row["day"], row["campaign_id"], row["ad_group_id"], row["ad_id"],
            row["impressions"], row["clicks"], withReach ? row["reach"] : "", row["spend"])));

    /// <summary>What the Sandbox says of events, in the same form.</summary>
    public static async Task<List<string>> EventsAsync(SourceRig rig, SliceWindow window) => Sorted(
        (await rig.Apis.TruthAsync("clevertap", window.Account, $"{window.From:O}", $"{window.To:O}")).Where(row => row["event"] == window.Stream)
            .Select(row => $"{row["ts"]}|{row["object_id"]}"));

    private static async Task<List<(string Header, string Page)>> PagesAsync(IObjectStore segments, string key)
    {
        var pages = new List<(string, string)>();
        await using var stream = await segments.OpenReadAsync(key, TestContext.Current.CancellationToken);
        using var reader = new SegmentReader();
        reader.Open(stream);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } block)
            for (var i = 0; i < block.Count; i++)
                pages.Add((Encoding.UTF8.GetString(block.Key(i)!.Value.Span), Encoding.UTF8.GetString(block.Value(i).Span)));
        return pages;
    }

    private static string Inner(JsonElement row, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
            if (!row.TryGetProperty(name, out row)) return "";
        return row.ToString();
    }

    private static string Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.ToString() : "";

    // Zeros are left out by some: numbers are compared as numbers.
    private static string Line(string day, string campaign, string group, string ad, params string[] numbers) =>
        string.Join('|', (string[])[day, campaign, group, ad, .. numbers.Select(number => Money(number, 1))]);

    private static string Money(string number, int unit) =>
        (decimal.Parse("0" + number, CultureInfo.InvariantCulture) / unit).ToString("0.######", CultureInfo.InvariantCulture);

    private static List<string> Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];
}
