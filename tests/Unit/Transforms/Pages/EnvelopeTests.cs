using System.Text;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms.Pages;

/// <summary>A page that is not what was agreed is one rejection with its reason.</summary>
public sealed class EnvelopeTests
{
    public static TheoryData<string, string> Answers => new()
    {
        { """{"items":[],"paging":{}}""", "envelope items: The answer has the key 'items', which is not in the envelope that the contract agreed to." },
        { """{"data":[],"summary":{}}""", "envelope summary: The answer has the key 'summary', which is not in the envelope that the contract agreed to." },
        { """{"paging":{}}""", "envelope data: The answer has no 'data'." },
        { """{"data":{"rows":[]}}""", "envelope data: The answer's 'data' holds no list of records." },
        { """{"data":null}""", "envelope data: The answer's 'data' holds no list of records." },
        { """{"data":[],"data":[]}""", "envelope data: The answer has the key 'data' beside another one of the same meaning." },
        { """{"data":[],"a\nb":1}""", "envelope a\\nb: The answer has the key 'a\\nb', which is not in the envelope that the contract agreed to." },
        { "[]", "envelope : The answer is JSON, but no object." },
        { "", "truncated : The answer is cut off: what begins behind byte 0 does not end." },
        { """{"data":[{"a":1},{"b" """, "truncated : The answer is cut off: what begins behind byte 18 does not end." },
        { """{"data":[]} x""", "malformed_json : The answer is not JSON: behind byte 12 stands what cannot stand there." },
        { "<html>502</html>", "malformed_json : The answer is not JSON: behind byte 0 stands what cannot stand there." },
    };

    [Theory, MemberData(nameof(Answers))]
    public void An_answer_of_another_form_is_refused_as_a_whole(string answer, string refusal)
    {
        var page = GivenPages.Decode("facebook_insights", "facebook", answer);
        Assert.Equal([refusal], page.Refusals);
        Assert.Equal(answer, Encoding.UTF8.GetString(page.Rows.Rejections[0].Record.Span));
    }

    [Theory]
    [InlineData(null, "envelope : The page was landed without a header that can be read.")]
    [InlineData("{", "envelope : The page was landed without a header that can be read.")]
    [InlineData("""{"source":"tiktok"}""", "envelope : The page's header names the source 'tiktok', which the contract does not have.")]
    [InlineData("""{"source":"google_ads"}""", "envelope : The page's header names the source 'google_ads', which the contract does not have.")]
    public void A_page_of_nobody_knows_whom_is_refused(string? header, string refusal) =>
        Assert.Equal([refusal], GivenPages.Decode(GivenPages.Contract("facebook_insights"),
            (header, "{\"data\":[{}]}"u8.ToArray())).Refusals);

    [Fact]
    public void Local_times_need_a_zone_that_this_machine_knows() => Assert.Equal(
        ["envelope : The page's header names the time zone 'Mars/Base', which this machine does not know."],
        GivenPages.Decode(GivenPages.Contract("clevertap_events"),
            (GivenPages.Header("clevertap", "e").Replace("Asia\\/Kolkata", "Mars/Base"),
                Encoding.UTF8.GetBytes(GivenPages.EventPage))).Refusals);

    [Fact]
    public void A_bad_record_does_not_touch_its_neighbours()
    {
        var page = GivenPages.Decode("facebook_insights", "facebook",
            $$"""{"data":[{},5,null,[],"x",{{GivenPages.FacebookRow}},{"a":1,"a":2}]}""");

        Assert.Equal((7, 1), (page.Records, page.Rows.Batch.Rows));
        Assert.Equal("missing not_an_object not_an_object not_an_object not_an_object duplicate_key",
            string.Join(' ', page.Rows.Rejections.Select(rejection => rejection.Code.Text())));
        Assert.Equal([0, 1, 2, 3, 4, 6], page.Rows.Rejections.Select(rejection => rejection.Position & 0xFFFF));
    }

    [Fact]
    public void Bytes_that_are_no_text_cost_one_record()
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{"data":[{{GivenPages.FacebookRow.Replace("Spring", "Sp#ing")}},{{GivenPages.FacebookRow}}]}""");
        bytes[Array.IndexOf(bytes, (byte)'#')] = 0xFF;
        var page = GivenPages.Decode(GivenPages.Contract("facebook_insights"), (GivenPages.Header("facebook"), bytes));

        Assert.Equal(RejectionCode.BadUtf8, Assert.Single(page.Rows.Rejections).Code);
        Assert.Equal(1, page.Rows.Batch.Rows);
    }

    [Fact]
    public void More_records_than_a_page_has_positions_are_refused() => Assert.Equal(
        ["envelope : The page has 65537 records, more than the 65536 positions of a page."],
        GivenPages.Decode("facebook_insights", "facebook", $$"""{"data":[{{string.Join(',', Enumerable.Repeat("{}", 65_537))}}]}""").Refusals);

    [Fact]
    public void A_page_that_was_landed_without_a_value_is_refused() => Assert.Equal(
        ["no_value : The page has no value."],
        GivenPages.Decode(GivenPages.Contract("facebook_insights"), (GivenPages.Header("facebook"), null)).Refusals);
}
