using Pipeline.Domain.Failures;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Tests.Unit.Transforms.Attribution;

public sealed class CampaignsTests
{
    [Fact]
    public void The_shipped_table_can_be_read_and_says_how_far_back_attribution_reads()
    {
        var campaigns = Campaigns.Parse(File.ReadAllText(Contracts.Given.Repository("functions", "datasets", "reference",
            "campaigns.csv")), "campaigns.csv");
        Assert.Equal(new(TimeSpan.FromDays(14), TimeSpan.FromHours(24)), campaigns.Of("cmp-002"u8));
        Assert.Equal(30, campaigns.LookbackDays);
    }

    [Fact]
    public void A_look_back_left_empty_is_seven_days_for_clicks_and_24_hours_for_views()
    {
        var campaigns = Campaigns.Parse($"{Campaigns.Heading}\r\nc,Name,Owner,,\r\nv,Name,Owner,0,49\r\n", "table");
        Assert.Equal(new(TimeSpan.FromDays(7), TimeSpan.FromHours(24)), campaigns.Of("c"u8));
        Assert.Equal(new(TimeSpan.Zero, TimeSpan.FromHours(49)), campaigns.Of("v"u8));
        Assert.Equal(Campaigns.Default, campaigns.Of("other"u8));
        Assert.Equal(7, campaigns.LookbackDays);
    }

    [Theory]
    [InlineData("id,name\n", "in line 1 the first line is not")]
    [InlineData(Campaigns.Heading + "\nc,Name,Owner,7\n", "in line 2 the line has 4 fields and not five")]
    [InlineData(Campaigns.Heading + "\nc,\"Na\",Owner,7,24\n", "in line 2 a field has a quotation mark")]
    [InlineData(Campaigns.Heading + "\n\n,Name,Owner,7,24\n", "in line 3 the campaign has no id")]
    [InlineData(Campaigns.Heading + "\nc,Name,Owner,91,24\n", "in line 2 click_lookback_days is no whole number from 0 to 90")]
    [InlineData(Campaigns.Heading + "\nc,Name,Owner,7,1.5\n", "in line 2 view_lookback_hours is no whole number from 0 to 2160")]
    [InlineData(Campaigns.Heading + "\nc,Name,Owner,7,24\nc,Name,Owner,7,24\n", "in line 3 campaign 'c' has a second line")]
    public void A_bad_line_is_named(string text, string why)
    {
        var error = Assert.Throws<TerminalException>(() => Campaigns.Parse(text, "campaigns.csv"));
        Assert.StartsWith($"The campaigns in campaigns.csv cannot be used: {why}", error.Message);
    }
}
