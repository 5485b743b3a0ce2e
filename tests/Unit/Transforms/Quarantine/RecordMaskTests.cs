using System.Text;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Quarantine;

namespace Pipeline.Tests.Unit.Transforms.Quarantine;

/// <summary>Refused records as people see them. CANARY stands for what nobody may see.</summary>
public sealed class RecordMaskTests
{
    private static readonly ContractSet Shipped = ContractReader.ReadFolder(Unit.Contracts.Given.Repository("functions", "datasets")).Verified();

    private static readonly RecordMask Logins = new(Shipped.Named("user_logins").For(SourceKind.Sqs));

    [Fact]
    public void Named_values_are_shown_and_masked_and_unknown_ones_are_type_and_length() => Assert.Equal(
        """{"login_id":"l-1","user_id":"u-1","timestamp":5,"device_id":"<text, 6>","ip":"<number, 9>","extra":{"note":"<text, 6>","ok":"<bool>","n":null}}""",
        Show(Logins, """{"login_id":"l-1","user_id":"u-1","timestamp":5,"device_id":"CANARY","ip":123456789,"extra":{"note":"CANARY","ok":true,"n":null}}"""));

    [Theory]
    [InlineData("""{"device_id":"CANARY"}""")]
    [InlineData("""{"device_id":"CANARY","device_id":"CANARY"}""")]
    [InlineData("""{"device_id":{"device_id":["CANARY",{"user_id":"CANARY"}]}}""")]
    [InlineData("""{"user_id":{"device_id":"CANARY"},"locale":["CANARY"]}""")]
    [InlineData("""{"device_\u0069d":"CANARY"}""")]
    [InlineData("""{"ip":["CANARY"],"CANARY@mail.example 7":1,"timestamp":{"ip":"CANARY"}}""")]
    [InlineData("""["CANARY"]""")]
    [InlineData("""  "CANARY"  """)]
    [InlineData("""{"device_id":"CANARY","login_id":"l-1" """)]
    [InlineData("""{"device_id":"CANARY"} CANARY""")]
    [InlineData("""{"device_id":CANARY}""")]
    [InlineData("""{"device_id":"CANARY \ud800"}""")]
    [InlineData("CANARY,CANARY\nCANARY")]
    [InlineData("\uFEFF{\"device_id\":\"CANARY\"}")]
    public void A_masked_value_never_appears(string record) =>
        Assert.DoesNotContain("CANARY", Show(Logins, record), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Bytes_that_are_no_text_never_appear_either()
    {
        byte[] record = [.. "{\"device_id\":\"CANARY"u8, 0xff, 0x00, .. "12.34\"}"u8];
        Assert.Equal("{\"xxxxxx_xx\":\"xxxxxxx.99.99\"}", Logins.Show(record));
    }

    [Fact]
    public void A_record_of_csv_shows_named_fields_and_otherwise_its_structure()
    {
        var clicks = new RecordMask(Shipped.Named("clicks").For(SourceKind.Kafka));
        Assert.Equal(
            """{"timestamp":"noon","user_id":"u","campaign_id":"c","creative_id":"d","website":"w","country":"de"}""", Show(clicks, "noon,u,c,d,w,de\r\n"));
        Assert.Equal("xxxx,x,x-9", Show(clicks, "noon,u,c-7"));
        Assert.Equal("xxxx,\"x\",x,x,x,xx", Show(clicks, "noon,\"u\",c,d,w,de"));
    }

    [Fact]
    public void A_record_of_avro_shows_its_structure()
    {
        var bids = new RecordMask(Shipped.Named("bid_requests").For(SourceKind.Kafka));
        Assert.DoesNotContain("CANARY", Show(bids, "\u0002CANARY\u0004{\"id\":\"CANARY\"}"), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void What_is_shown_is_bounded_and_cuts_no_character_in_two()
    {
        Assert.Equal(RecordMask.MaxCharacters, Show(Logins, new string('a', 1_000_000)).Length);
        Assert.Equal($"{{\"user_id\":\"{new string('a', 255)}\"}}", Show(Logins, $"{{\"user_id\":\"{new string('a', 255)}\U0001F600b\"}}"));
    }

    private static string Show(RecordMask mask, string record) => mask.Show(Encoding.UTF8.GetBytes(record));
}
