-- reads: campaign_counts
-- One row for each campaign over all days and users. Ratios come from sums, and are null where the denominator is 0. The value is in the
-- base currency; conversions whose currency has no known rate are left out of it and counted in conversions_without_rate.
SELECT
    campaign_id,
    min(report_date) AS first_day, max(report_date) AS last_day,
    sum(impressions)::bigint AS impressions, sum(clicks)::bigint AS clicks, sum(conversions)::bigint AS conversions,
    sum(click_conversions)::bigint AS click_conversions, sum(view_conversions)::bigint AS view_conversions,
    sum(clicks) / nullif(sum(impressions), 0) AS ctr,
    sum(conversions) / nullif(sum(clicks), 0) AS cvr,
    sum(seconds_to_convert) / nullif(sum(click_conversions + view_conversions), 0) AS avg_seconds_to_convert,
    coalesce(sum(value_base), 0) AS value_base,
    coalesce(sum(conversions) FILTER (WHERE value_base IS NULL AND value <> 0), 0)::bigint AS conversions_without_rate
FROM warehouse.campaign_counts
GROUP BY campaign_id
