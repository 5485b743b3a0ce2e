namespace Pipeline.Sandbox.Apis;

/// <summary>The platforms as switches and counters name them.</summary>
internal static class Platforms
{
    public const string Facebook = "facebook";
    public const string GoogleAds = "google_ads";
    public const string CleverTap = "clevertap";
    public const string BigQuery = "bigquery";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Facebook, GoogleAds, CleverTap, BigQuery];
}
