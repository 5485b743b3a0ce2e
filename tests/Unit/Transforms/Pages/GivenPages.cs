using System.Text;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Slices;
using Pipeline.Transforms;
using Pipeline.Transforms.Rates;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Unit.Transforms.Pages;

/// <summary>Pages of the providers' documented shapes, under the shipped contracts.</summary>
internal static class GivenPages
{
    private static readonly ContractSet Shipped = ContractReader.ReadFolder(Contracts.Given.Repository("functions", "datasets")).Verified();

    public static readonly FxRates Rates = FxRates.Parse("date,currency,rate\n2026-10-01,EUR,1.25\n2026-10-01,USD,1\n", "rates");

    public const string FacebookRow =
        """
        {"account_id":"1001","account_currency":"EUR","campaign_id":"1","campaign_name":"Spring","date_start":"2026-10-01","date_stop":"2026-10-01",
         "impressions":"1711","clicks":"120","inline_link_clicks":"106","spend":"12.34","reach":"1500",
         "actions":[{"action_type":"link_click","value":"106"},{"action_type":"purchase","value":"2"},{"action_type":"omni_purchase","value":"3"}],
         "action_values":[{"action_type":"omni_purchase","value":"59.90"}]}
        """;

    public const string FacebookPage = $$"""{"data":[{{FacebookRow}}],"paging":{"cursors":{"before":"a","after":"b"} } }""";

    public const string GoogleRow =
        """
        {"customer":{"id":"2121450128","descriptiveName":"Shop","currencyCode":"USD","timeZone":"America/Los_Angeles"},
         "campaign":{"id":"11","name":"Search","advertisingChannelType":"SEARCH"},"segments":{"date":"2026-10-02"},
         "metrics":{"clicks":"486","costMicros":"312690001","impressions":"1149","conversions":4.1439615,"conversionsValue":180.70756678}}
        """;

    public const string GoogleMask =
        "customer.id,customer.descriptiveName,customer.currencyCode,customer.timeZone,campaign.id,campaign.name,campaign.advertisingChannelType,"
        + "segments.date,metrics.impressions,metrics.clicks,metrics.costMicros,metrics.conversions,metrics.conversionsValue,"
        + "metrics.allConversions,metrics.viewThroughConversions";

    public const string GooglePage =
        $$"""{"results":[{{GoogleRow}}],"fieldMask":"{{GoogleMask}}","requestId":"v88","queryResourceConsumption":"123"}""";

    public const string Event =
        """
        {"profile":{"objectId":"device-1","identity":"person-1","platform":"Android","app_version":"5.3.1","name":"N","email":"e@x","profileData":{"a":1}},
         "ts":20260830010145,"event_props":{"CT App Version":"5.3.1"},"session_props":{"session_source":"Direct"}}
        """;

    public const string EventPage = $$"""{"status":"success","next_cursor":"c2","records":[{{Event}}]}""";

    public static DatasetContract Contract(string dataset) => Shipped.Named(dataset);

    public static string Header(string source, string stream = "campaign", string? more = null) =>
        $$"""
        {"source":"{{source}}","account":"act","stream":"{{stream}}","from":"2026-10-01","to":"2026-10-02","extraction":17,"page":0,
         "extracted_at":"2026-10-03T03:00:00+00:00","api_version":"v1","final_through":"2026-09-03","currency":"{{(source == "facebook" ? "EUR" : "USD")}}",
         "time_zone":"{{(source == "clevertap" ? "Asia\\/Kolkata" : "Europe\\/Berlin")}}","account_name":"Shop"{{more}}}
        """;

    /// <summary>Decodes pages of one extraction through a real segment.</summary>
    public static DecodedPages Decode(DatasetContract contract, params IEnumerable<(string? Header, byte[]? Page)> pages)
    {
        var extraction = new Extraction(17, new("facebook", "act", "campaign", default, default), default);
        using var reader = new SegmentReader();
        using var stream = new MemoryStream(Given.Segment(pages.Select((page, i) => new RawRecord(
            extraction.PositionOf(0, i), 1_790_000_000_000, page.Header is null ? default
                : Encoding.UTF8.GetBytes(page.Header), page.Header is not null,
            page.Page, page.Page is not null))));
        reader.Open(stream);
        using var decoder = BlockDecoders.For(contract, Rates);
        var result = new Decoded(contract);
        var records = 0;
        while (reader.ReadAsync(default).AsTask().Result is { } block)
            records += decoder.Decode(block, result.Batch, result.Rejections, result.Unknown);
        Assert.Equal(records, result.Batch.Rows + result.Rejections.Count);
        return new(result, records);
    }

    public static DecodedPages Decode(string dataset, string source, string page, string stream = "campaign", string? more = null) =>
        Decode(Contract(dataset), (Header(source, stream, more), Encoding.UTF8.GetBytes(page)));
}

/// <summary>What became of pages.</summary>
internal sealed record DecodedPages(Decoded Rows, int Records)
{
    public string? this[string column, int row = 0] => Rows[column, row];

    /// <summary>Some values of a row in one line.</summary>
    public string Line(string columns, int row = 0) => string.Join(" | ", columns.Split(' ').Select(column => this[column, row] ?? "null"));

    /// <summary>The refusals, as code, field and sentence.</summary>
    public IEnumerable<string> Refusals => Rows.Rejections.Select(rejection =>
        $"{Pipeline.Domain.Publications.RejectionCodes.Text(rejection.Code)} {rejection.Field}: {rejection.Message}");
}
