using System.Globalization;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Tests.Servers;
using Pipeline.Tests.Unit.Transforms.Attribution;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Tests.Integration.Attribution;

/// <summary>The shipped contracts of attribution beside small ones of what it reads, and events as these take them.</summary>
internal static class InputContracts
{
    private const string Head =
        """
          - { name: occurred_at, type: timestamp, from: at, required: true }
          - { name: event_date, type: date, derive: date(occurred_at) }
          - { name: user_id, type: string, from: user, required: true }
          - { name: user_id_before, type: string, from: before }
          - { name: user_bucket, type: int64, from: bucket, required: true }
          - { name: campaign_id, type: string, from: campaign }
        """;

    private const string Touch = "  - { name: creative_id, type: string, from: creative }";

    private const string Conversion =
        """
          - { name: conversion_id, type: string, from: id }
          - { name: conversion_type, type: string, from: type, required: true }
          - { name: value, type: "decimal(18,4)", from: value }
          - { name: currency, type: string, from: currency }
        """;

    /// <summary>Writes a folder of contracts.</summary>
    public static void Write(string folder)
    {
        var shipped = Repository.PathOf("functions", "datasets");
        Directory.CreateDirectory(Path.Combine(folder, "views"));
        Directory.CreateDirectory(Path.Combine(folder, "reference"));
        foreach (var file in (string[])["attributions.yaml", "campaign_counts.yaml", "views/campaign_summary.sql",
            "reference/fx_rates.csv"])
            File.Copy(Path.Combine(shipped, file), Path.Combine(folder, file));
        File.WriteAllText(Path.Combine(folder, "reference", "campaigns.csv"), Events.Table);
        foreach (var (dataset, columns) in (ReadOnlySpan<(string, string)>)[("ad_impressions", Touch), ("clicks", Touch),
            ("conversions", Conversion)])
            File.WriteAllText(Path.Combine(folder, $"{dataset}.yaml"),
                $$"""
                dataset: {{dataset}}
                version: 1
                source: { kind: kafka, topic: {{dataset}}, format: json }
                columns:
                {{Head}}
                {{columns}}
                lake: { partition_by: [event_date, user_bucket], codec: zstd }
                """);
    }

    /// <summary>Reads the folder.</summary>
    public static ContractSet Read(string folder) => ContractReader.ReadFolder(folder).Verified();

    /// <summary>A view or click as its topic has it.</summary>
    public static (string Dataset, string Json) Record(Touch touch, int buckets) => (
        touch.Kind == TouchKind.Click ? "clicks" : "ad_impressions",
        JsonSerializer.Serialize(new
        {
            at = Instant(touch.Time), user = touch.User, before = touch.Before, bucket = BucketOf(touch.User, buckets),
                campaign = touch.Campaign,
            creative = touch.Creative,
        }));

    /// <summary>A conversion as its topic has it.</summary>
    public static (string Dataset, string Json) Record(Conversion conversion, int buckets) => ("conversions", JsonSerializer.Serialize(new
    {
        at = Instant(conversion.Time), user = conversion.User, before = conversion.Before, bucket = BucketOf(conversion.User, buckets),
        campaign = conversion.Campaign, id = conversion.Id, type = conversion.Type, value = conversion.Value / 10000m,
            currency = conversion.Currency,
    }));

    private static int BucketOf(string user, int buckets) => user.Sum(letter => letter) % buckets;

    private static string Instant(long micros) =>
        DateTime.UnixEpoch.AddTicks(micros * 10).ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}
