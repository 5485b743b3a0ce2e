using System.Globalization;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.Extract;

/// <summary>Table, lake and upstream in one form, so that they can be compared line by line.</summary>
internal static class Upstream
{
    private const string AdColumns = "platform, account_id, report_date, level, campaign_id, ad_group_id, ad_id, impressions, clicks, spend, conversions, conversions_value";

    /// <summary>What the Sandbox says of campaigns and ads; days without any activity are left out on all sides.</summary>
    public static async Task<IReadOnlyList<string>> AdsAsync(ExtractRig rig, DateOnly from, DateOnly to)
    {
        var lines = new List<string>();
        foreach (var (platform, accounts, clicks) in new[] { ("facebook", ExtractRig.FacebookAccounts, "link_clicks"), ("google_ads", ExtractRig.GoogleAccounts, "clicks") })
            foreach (var account in accounts)
                foreach (var row in await rig.TruthAsync(platform, account, from, to))
                    if (row["level"] is "campaign" or "ad")
                        lines.Add(Line(platform, account, row["day"], row["level"], row["campaign_id"], row["level"] == "ad" ? row["ad_group_id"] : "",
                            row["level"] == "ad" ? row["ad_id"] : "", row["impressions"], row[clicks], row["spend"], row["conversions"], row["conversions_value"]));
        return Sorted(lines);
    }

    /// <summary>The rows of ad_performance in the table.</summary>
    public static async Task<IReadOnlyList<string>> AdTableAsync(ExtractRig rig, DateOnly from, DateOnly to) => Sorted((await rig.SqlAsync(
        $"SELECT {AdColumns.Replace("report_date", "report_date::text", StringComparison.Ordinal)} FROM warehouse.ad_performance WHERE report_date BETWEEN '{from:yyyy-MM-dd}' AND '{to:yyyy-MM-dd}'"))
        .Select(row => Line(row.Split('|'))));

    /// <summary>The rows of ad_performance in the lake, read by DuckDB.</summary>
    public static IReadOnlyList<string> AdLake(ExtractRig rig, DateOnly from, DateOnly to) => Sorted(ParquetReaders.Query(
        $"""
        SELECT platform, account_id::VARCHAR, report_date::VARCHAR, level, campaign_id, ad_group_id, ad_id, impressions::VARCHAR, clicks::VARCHAR, spend::VARCHAR,
            conversions::VARCHAR, conversions_value::VARCHAR
        FROM read_parquet('{rig.App.Lake}/ad_performance/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)
        WHERE report_date BETWEEN '{from:yyyy-MM-dd}' AND '{to:yyyy-MM-dd}'
        """).Select(row => Line([.. row.Select(value => value!)])));

    /// <summary>What the Sandbox says of the events that are exported.</summary>
    public static async Task<IReadOnlyList<string>> EventsAsync(ExtractRig rig, DateOnly from, DateOnly to)
    {
        var lines = new List<string>();
        foreach (var account in ExtractRig.CleverTapAccounts)
            lines.AddRange((await rig.TruthAsync("clevertap", account, from, to)).Where(row => row["event"] == ExtractRig.EventName)
                .Select(row => string.Join('|', account, row["event"], row["day"], Micros(row["ts"], row["time_zone"]), row["object_id"])));
        return Sorted(lines);
    }

    // Project-local, and the same instant the contract must make of it.
    private static long Micros(string local, string zone) => new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(
        DateTime.ParseExact(local, "yyyyMMddHHmmss", CultureInfo.InvariantCulture), TimeZoneInfo.FindSystemTimeZoneById(zone))).ToUnixTimeMilliseconds() * 1000;

    /// <summary>The rows of clevertap_events in the table.</summary>
    public static async Task<IReadOnlyList<string>> EventTableAsync(ExtractRig rig, DateOnly from, DateOnly to) => Sorted(await rig.SqlAsync(
        $"""
        SELECT account_id, event_name, event_date::text, (extract(epoch FROM event_time) * 1000000)::bigint, object_id
        FROM warehouse.clevertap_events WHERE event_date BETWEEN '{from:yyyy-MM-dd}' AND '{to:yyyy-MM-dd}'
        """));

    /// <summary>The rows of clevertap_events in the lake, read by DuckDB.</summary>
    public static IReadOnlyList<string> EventLake(ExtractRig rig, DateOnly from, DateOnly to) => Sorted(ParquetReaders.Query(
        $"""
        SELECT account_id, event_name, event_date::VARCHAR, epoch_us(event_time)::VARCHAR, object_id
        FROM read_parquet('{rig.App.Lake}/clevertap_events/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)
        WHERE event_date BETWEEN '{from:yyyy-MM-dd}' AND '{to:yyyy-MM-dd}'
        """).Select(row => string.Join('|', row)));

    private static string Line(params string[] values) =>
        values[7..].All(value => Number(value) == 0) ? "" : string.Join('|', values[..7].Concat(values[7..].Select(value => Number(value).ToString("0.######", CultureInfo.InvariantCulture))));

    private static decimal Number(string value) => decimal.Parse(value, CultureInfo.InvariantCulture);

    private static IReadOnlyList<string> Sorted(IEnumerable<string> lines) => [.. lines.Where(line => line.Length > 0).Order(StringComparer.Ordinal)];
}
