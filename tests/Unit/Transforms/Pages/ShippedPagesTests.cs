namespace Pipeline.Tests.Unit.Transforms.Pages;

/// <summary>The providers' pages become rows of the shipped datasets.</summary>
public sealed class ShippedPagesTests
{
    [Fact]
    public void Both_platforms_become_rows_of_one_shape()
    {
        var facebook = GivenPages.Decode("ad_performance", "facebook", GivenPages.FacebookPage);
        var google = GivenPages.Decode("ad_performance", "google_ads", GivenPages.GooglePage);

        const string Common = "platform account_id report_date level campaign_id ad_group_id ad_id spend impressions clicks all_clicks reach "
            + "conversions conversions_value";
        Assert.Equal("facebook | act | 20727 | campaign | 1 |  |  | 12340000 | 1711 | 106 | 120 | 1500 | 3000000 | 59900000",
            facebook.Line(Common));
        Assert.Equal(
            "google_ads | act | 20728 | campaign | 11 |  |  | 312690001 | 1149 | 486 | null | null | 4143962 | 180707567",
                google.Line(Common));
    }

    [Fact]
    public void Spend_and_value_are_converted_at_one_rate_of_the_day_or_the_latest_of_a_week()
    {
        var page = GivenPages.Decode("ad_performance", "facebook", $$"""{"data":[{{GivenPages.FacebookRow}},{{On("2026-10-08")}},{{On("2026-10-09")}}]}""");

        const string Converted = "fx_rate spend_base conversions_value_base";
        Assert.Equal("12500000000 | 15425000 | 74875000", page.Line(Converted));
        Assert.Equal("12500000000", page["fx_rate", 1]);
        Assert.Equal("null | null | null", page.Line(Converted, 2));

        static string On(string day) => GivenPages.FacebookRow.Replace("2026-10-01", day);
    }

    [Fact]
    public void Meta_counts_one_type_of_action_only_and_falls_back_on_the_older_one()
    {
        var older = GivenPages.FacebookPage.Replace("omni_purchase", "onsite_purchase");
        var none = GivenPages.FacebookPage.Replace("purchase", "other");
        var twice = GivenPages.FacebookPage.Replace("\"purchase\"", "\"omni_purchase\"");

        const string Conversions = "conversions conversions_value";
        Assert.Equal("2000000 | 0", GivenPages.Decode("ad_performance", "facebook", older).Line(Conversions));
        Assert.Equal("0 | 0", GivenPages.Decode("ad_performance", "facebook", none).Line(Conversions));
        Assert.Equal(
            ["wrong_type actions[action_type=omni_purchase].value: Field 'actions[action_type=omni_purchase].value' holds another type than the contract declares."],
            GivenPages.Decode("ad_performance", "facebook", twice).Refusals);
    }

    [Fact]
    public void Google_leaves_zeros_out_and_pages_without_rows_are_no_fault()
    {
        var idle = GivenPages.GooglePage.Replace("""metrics":{"clicks":"486","costMicros":"312690001","impressions":"1149","conversions":4.1439615,"conversionsValue":180.70756678}""", """metrics":{}""");
        var page = GivenPages.Decode("google_ads_rows", "google_ads", idle);

        Assert.Equal("0 | 0 | 0 | 0 | 0", page.Line("cost clicks impressions conversions conversions_value"));
        Assert.Equal(0, GivenPages.Decode("google_ads_rows", "google_ads", $$"""{"fieldMask":"{{GivenPages.GoogleMask}}","requestId":"v"}""").Records);
    }

    [Fact]
    public void A_field_that_google_renamed_is_no_column_of_zeros()
    {
        var renamed = GivenPages.GooglePage.Replace("costMicros", "costInMicros");

        Assert.Equal(
            ["envelope metrics.costMicros: The answer does not list the field 'metrics.costMicros', which column 'spend' reads."],
            GivenPages.Decode("ad_performance", "google_ads", renamed).Refusals);
    }

    [Fact]
    public void An_ad_row_without_its_ad_is_refused_and_a_campaign_row_has_none()
    {
        var ad = GivenPages.FacebookPage.Replace("\"campaign_name\"", "\"adset_id\":\"2\",\"campaign_name\"");

        Assert.Equal(["missing ad_id: Field 'ad_id' is required and not there."],
            GivenPages.Decode("facebook_insights", "facebook", ad, "ad").Refusals);
        Assert.Equal("", GivenPages.Decode("facebook_insights", "facebook", GivenPages.FacebookPage)["ad_id"]);
    }

    [Fact]
    public void CleverTaps_events_are_stamped_with_their_name_and_their_local_day()
    {
        var page = GivenPages.Decode("clevertap_events", "clevertap", GivenPages.EventPage, "App \\\"Launched\\\"");

        Assert.Equal(
            "act | App \"Launched\" | 1788031905000000 | 20695 | device-1 | person-1 | Android | 5.3.1 | {\"CT App Version\":\"5.3.1\"} | 18691697672192",
            page.Line("account_id event_name event_time event_date object_id identity platform app_version event_props source_position"));
        Assert.Empty(page.Rows.Unknown.ToDictionary());
    }

    [Theory]
    [InlineData("\"\"", null)]
    [InlineData("\"nan\"", null)]
    [InlineData("\"\\u003CNA\\u003E\"", null)]
    [InlineData("\"None\"", null)]
    [InlineData("null", null)]
    [InlineData("\"none\"", "none")]
    public void CleverTap_writes_null_in_many_ways(string written, string? identity) =>
        Assert.Equal(identity, GivenPages.Decode("clevertap_events", "clevertap", GivenPages.EventPage.Replace("\"person-1\"", written),
            "e")["identity"]);

    [Fact]
    public void The_last_page_of_an_export_has_no_records()
    {
        var page = GivenPages.Decode("clevertap_events", "clevertap", """{"status":"success"}""", "App Launched");
        Assert.Equal((0, 0), (page.Records, page.Rows.Rejections.Count));
    }

    [Fact]
    public void Entities_of_both_platforms_have_a_kind_an_id_and_a_name()
    {
        var facebook = GivenPages.Decode(
            "ad_entities", "facebook", """{"data":[{"id":"7","name":"Set","status":"ACTIVE","campaign_id":"1"}],"paging":{}}""", "entities", ",\"kind\":\"ad_group\"");
        var google = GivenPages.Decode(
            "ad_entities", "google_ads", """{"results":[{"customer":{"id":"1"},"adGroupAd":{"ad":{"id":"9"},"status":"PAUSED"}}],"fieldMask":"x","requestId":"v"}""",
            "entities", ",\"kind\":\"ad\"");

        Assert.Equal("ad_group | 7 | Set | ACTIVE", facebook.Line("kind id name status"));
        Assert.Equal("ad | 9 | null | PAUSED", google.Line("kind id name status"));
    }

    [Fact]
    public void A_field_that_nobody_knew_is_counted_under_its_source()
    {
        var page = GivenPages.Decode("ad_performance", "facebook",
            GivenPages.FacebookPage.Replace("\"reach\"", "\"attention\":1,\"reach\""));

        Assert.Equal(["facebook:attention=1"], page.Rows.Unknown.ToDictionary().Select(each => $"{each.Key}={each.Value}"));
        Assert.Empty(GivenPages.Decode("ad_performance", "google_ads", GivenPages.GooglePage).Rows.Unknown.ToDictionary());
        Assert.Empty(GivenPages.Decode("facebook_insights", "facebook", GivenPages.FacebookPage).Rows.Unknown.ToDictionary());
    }

    [Theory]
    [InlineData("\"1711\"", "1711")]
    [InlineData("1711", "1711")]
    [InlineData("\"1711.0\"", "1711")]
    public void Numbers_may_be_texts(string written, string impressions) =>
        Assert.Equal(impressions, GivenPages.Decode("facebook_insights", "facebook",
            GivenPages.FacebookPage.Replace("\"1711\"", written))["impressions"]);

    [Theory]
    [InlineData("\"1711\"", "\"17.5\"", "out_of_range impressions")]
    [InlineData("\"1711\"", "\"many\"", "wrong_type impressions")]
    [InlineData("\"12.34\"", "{\"amount\":\"12.34\"}", "wrong_type spend")]
    [InlineData("\"spend\"", "\"amount_spent\"", "missing spend")]
    [InlineData("\"2026-10-01\",\"date_stop\"", "\"01.10.2026\",\"date_stop\"", "bad_timestamp date_start")]
    public void A_field_that_changed_is_named(string old, string changed, string refusal) =>
        Assert.StartsWith(refusal, Assert.Single(GivenPages.Decode("facebook_insights", "facebook",
            GivenPages.FacebookPage.Replace(old, changed)).Refusals));
}
