using System.Text;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms.Pages;

public sealed class PagePropertyTests
{
    private static readonly string[] Columns = ["campaign_id", "impressions", "spend", "conversions", "spend_base", "all_clicks"];

    [Fact]
    public void However_rows_are_split_into_pages_they_are_the_same_rows()
    {
        var random = new Random(51_117);
        for (var round = 0; round < 30; round++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 40)).Select(row => GivenPages.FacebookRow
                .Replace("\"campaign_id\":\"1\"", $"\"campaign_id\":\"{row}\"").Replace("1711", $"{random.Next(100_000)}")
                .Replace("12.34", random.Next(9) == 0 ? "free" : $"{random.Next(1000)}.{random.Next(100):D2}")).ToList();
            var whole = Read([rows]);
            var split = new List<List<string>>();
            for (var at = 0; at < rows.Count;)
            {
                var count = random.Next(0, 9);
                split.Add(rows.Skip(at).Take(count).ToList());
                at += count;
            }
            Assert.Equal(whole, Read(split));
        }

        static string[] Read(IEnumerable<IReadOnlyList<string>> pages)
        {
            var decoded = GivenPages.Decode(GivenPages.Contract("ad_performance"), pages.Select(rows =>
                ((string?)GivenPages.Header("facebook"), (byte[]?)Encoding.UTF8.GetBytes($$"""{"data":[{{string.Join(',', rows)}}],"paging":{} }"""))));
            return
            [
                .. Enumerable.Range(0, decoded.Rows.Batch.Rows).Select(row =>
                    string.Join('|', Columns.Select(column => decoded[column, row]))),
                .. decoded.Refusals,
            ];
        }
    }

    [Theory]
    [InlineData("ad_performance", "facebook")]
    [InlineData("ad_performance", "google_ads")]
    [InlineData("clevertap_events", "clevertap")]
    public void A_page_cut_off_anywhere_is_one_rejection(string dataset, string source)
    {
        var page = Encoding.UTF8.GetBytes(source switch
        {
            "facebook" => GivenPages.FacebookPage, "google_ads" => GivenPages.GooglePage, _ => GivenPages.EventPage,
        });
        var cuts = Enumerable.Range(0, page.Length).Select(length => ((string?)GivenPages.Header(source), (byte[]?)page[..length]));

        var decoded = GivenPages.Decode(GivenPages.Contract(dataset), cuts);

        Assert.Equal(page.Length, decoded.Records);
        Assert.Equal(page.Length, decoded.Rows.Rejections.Count);
        Assert.All(decoded.Rows.Rejections, rejection => Assert.Equal(RejectionCode.Truncated, rejection.Code));
    }

    [Fact]
    public void Whatever_a_byte_is_changed_to_nothing_is_lost()
    {
        var random = new Random(772_041);
        var rounds = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1" ? 300_000 : 3_000;
        var pages = Enumerable.Range(0, rounds).Select(_ =>
        {
            var page = Encoding.UTF8.GetBytes(GivenPages.FacebookPage);
            for (var change = random.Next(1, 4); change > 0; change--) page[random.Next(page.Length)] = (byte)random.Next(256);
            return ((string?)GivenPages.Header("facebook"), (byte[]?)page);
        });
        foreach (var chunk in pages.Chunk(3_000)) Assert.True(GivenPages.Decode(GivenPages.Contract("ad_performance"), chunk).Records >= 1);
    }
}
