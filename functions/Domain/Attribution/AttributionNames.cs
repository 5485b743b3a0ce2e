using System.Globalization;

namespace Pipeline.Domain.Attribution;

/// <summary>What attribution reads and how its slices are called: the account is a bucket of users, the day one of conversions, in
/// UTC.</summary>
public static class AttributionNames
{
    /// <summary>The dataset of views; in the lake below <c>event_date=…/user_bucket=…</c>, as the two others are.</summary>
    public const string Impressions = "ad_impressions";

    /// <summary>The dataset of clicks.</summary>
    public const string Clicks = "clicks";

    /// <summary>The dataset of conversions.</summary>
    public const string Conversions = "conversions";

    /// <summary>The stream of its slices.</summary>
    public const string Stream = "conversions";

    /// <summary>Buckets that users are divided into, numbered from 0.</summary>
    public const int Buckets = 16;

    /// <summary>The account of a bucket: <c>bucket-03</c>.</summary>
    public static string AccountOf(int bucket) => string.Create(CultureInfo.InvariantCulture, $"bucket-{bucket:D2}");

    /// <summary>The folder of a bucket's objects: <c>user_bucket=3</c>.</summary>
    public static string FolderOf(int bucket) => string.Create(CultureInfo.InvariantCulture, $"{FolderPrefix}{bucket}");

    /// <summary>The bucket of a folder; null when it names none.</summary>
    public static int? BucketOf(string folder) =>
        folder.StartsWith(FolderPrefix, StringComparison.Ordinal)
        && int.TryParse(folder.AsSpan(FolderPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var bucket)
        && bucket < Buckets ? bucket : null;

    private const string FolderPrefix = "user_bucket=";
}
