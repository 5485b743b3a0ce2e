using Npgsql;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Unit.Transforms.Attribution;

namespace Pipeline.Tests.Integration.Attribution;

/// <summary>What attribution published, in the form of the oracle's outcome.</summary>
internal static class Results
{
    /// <summary>The tables.</summary>
    public static async Task<Outcome> TablesAsync(NpgsqlDataSource source) => Sorted(
        await Given.LinesAsync(source, Attributed(
            "warehouse.attributions", column => $"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")),
        await Given.LinesAsync(source, Counts("warehouse.campaign_counts")));

    /// <summary>The lake as DuckDB reads it.</summary>
    public static Outcome Lake(string lake)
    {
        return Sorted(
            Query(Attributed(Files("attributions"), column => $"strftime(make_timestamp(epoch_us({column})), '%Y-%m-%dT%H:%M:%S.%fZ')")),
            Query(Counts(Files("campaign_counts"))));

        string Files(string dataset) => $"read_parquet('{lake}/{dataset}/**/*.parquet', hive_partitioning = true)";
    }

    private static IEnumerable<string> Query(string sql) => ParquetReaders.Query(sql).Select(row => row[0]!);

    private static string Attributed(string rows, Func<string, string> instant) =>
        $"""
        SELECT concat_ws('|', {instant("conversion_at")}, coalesce(campaign_id, ''), conversion_type, coalesce(value::text, ''),
            coalesce(currency, ''), touch_type, coalesce({instant("touch_at")}, ''), coalesce(touch_creative_id, ''), coalesce(touch_campaign_id, ''),
            coalesce(seconds_to_convert::text, ''), user_id)
        FROM {rows}
        """;

    // Buckets are added up: the oracle knows none.
    private static string Counts(string rows) =>
        $"""
        SELECT concat_ws('|', report_date::text, campaign_id, currency, sum(impressions)::text, sum(clicks)::text, sum(conversions)::text,
            sum(click_conversions)::text, sum(view_conversions)::text, sum(value)::text, sum(seconds_to_convert)::text)
        FROM {rows} GROUP BY report_date, campaign_id, currency
        """;

    private static Outcome Sorted(IEnumerable<string> attributed, IEnumerable<string> counts) =>
        new([.. attributed.Order(StringComparer.Ordinal)], [.. counts.Order(StringComparer.Ordinal)]);
}
