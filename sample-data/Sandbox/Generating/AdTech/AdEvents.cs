using System.Globalization;

namespace Pipeline.Sandbox.Generating.AdTech;

/// <summary>An ad that was shown.</summary>
internal sealed record Impression(
    DateTime At, string UserId, string CreativeId, string? CampaignId = null, string? ImpressionId = null, string? Website = null,
    string? Country = null)
{
    /// <summary>The line of <c>impressions.ndjson</c>.</summary>
    public string ToLine() => $"{{\"timestamp\":\"{AdTime.Text(At)}\",\"creative_id\":\"{CreativeId}\",\"user_id\":\"{UserId}\""
        + Member("website", Website) + Member("campaign_id", CampaignId) + Member("country", Country)
        + Member("impression_id", ImpressionId) + "}";

    private static string Member(string name, string? value) => value is null ? "" : $",\"{name}\":\"{value}\"";
}

/// <summary>An ad that was clicked on.</summary>
internal sealed record Click(
    DateTime At, string UserId, string? CampaignId, string? CreativeId, string? Website = null, string? Country = null)
{
    /// <summary>The first line of <c>clicks.csv</c>.</summary>
    public const string Heading = "timestamp,user_id,campaign_id,creative_id,website,country";

    /// <summary>The line of <c>clicks.csv</c>.</summary>
    public string ToLine() => $"{AdTime.Text(At)},{UserId},{CampaignId},{CreativeId},{Website},{Country}";
}

/// <summary>What a campaign is for, done.</summary>
internal sealed record Conversion(
    DateTime At, string UserId, string? CampaignId, string Type, decimal? Value = null, string? Currency = null, string? ConversionId = null)
{
    /// <summary>The first line of <c>conversions.csv</c>.</summary>
    public const string Heading = "timestamp,user_id,campaign_id,conversion_type,value,currency,conversion_id";

    /// <summary>The line of <c>conversions.csv</c>.</summary>
    public string ToLine() => string.Create(CultureInfo.InvariantCulture,
        $"{AdTime.Text(At)},{UserId},{CampaignId},{Type},{Value:0.00##},{Currency},{ConversionId}");
}

/// <summary>Instants as the files write them.</summary>
internal static class AdTime
{
    /// <summary>The first day of the sample.</summary>
    public static DateTime Start { get; } = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>UTC, to the millisecond.</summary>
    public static string Text(DateTime at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
