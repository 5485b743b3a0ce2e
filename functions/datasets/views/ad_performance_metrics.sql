-- reads: ad_performance, ad_entities
-- Ratios come from sums of a row's own figures, and are null where the denominator is 0. To aggregate further, sum the figures and divide
-- again; never add up levels. Names are the newest known, or what the row itself had.
SELECT
    p.platform, p.account_id, p.account_name, p.report_date, p.level,
    p.campaign_id, coalesce(campaign.name, p.campaign_name) AS campaign_name,
    p.ad_group_id, coalesce(ad_group.name, p.ad_group_name) AS ad_group_name,
    p.ad_id, coalesce(ad.name, p.ad_name) AS ad_name,
    p.currency, p.time_zone, p.report_date <= p.final_through AS is_final,
    p.impressions, p.clicks, p.spend, p.conversions, p.conversions_value,
    p.clicks::numeric / nullif(p.impressions, 0) AS ctr,
    p.spend / nullif(p.clicks, 0) AS cpc,
    1000 * p.spend / nullif(p.impressions, 0) AS cpm,
    p.spend / nullif(p.conversions, 0) AS cpa,
    p.conversions / nullif(p.clicks, 0) AS cvr,
    p.conversions_value / nullif(p.spend, 0) AS roas,
    p.fx_rate, p.spend_base, p.conversions_value_base,
    p.spend_base / nullif(p.clicks, 0) AS cpc_base,
    1000 * p.spend_base / nullif(p.impressions, 0) AS cpm_base,
    p.spend_base / nullif(p.conversions, 0) AS cpa_base,
    p.conversions_value_base / nullif(p.spend_base, 0) AS roas_base
FROM warehouse.ad_performance AS p
LEFT JOIN warehouse.ad_entities AS campaign
    ON (campaign.platform, campaign.account_id, campaign.kind, campaign.id) = (p.platform, p.account_id, 'campaign', p.campaign_id)
LEFT JOIN warehouse.ad_entities AS ad_group
    ON (ad_group.platform, ad_group.account_id, ad_group.kind, ad_group.id) = (p.platform, p.account_id, 'ad_group', p.ad_group_id)
LEFT JOIN warehouse.ad_entities AS ad
    ON (ad.platform, ad.account_id, ad.kind, ad.id) = (p.platform, p.account_id, 'ad', p.ad_id)
