using System.Text;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.Tests.Unit.Transforms.Pages;

/// <summary>What a page's header says, as the sources write it.</summary>
public sealed class PageHeaderTests
{
    [Theory]
    [InlineData("public.orders")]
    [InlineData("public.aufträge")]
    [InlineData("shop.o''brien & <sons>+/\\")]
    public void A_default_does_not_stand_in_a_stream_that_requires_the_value_however_the_stream_is_spelt(string stream)
    {
        var contract = Contracts.Given.Valid(
            $$"""
            dataset: orders
            version: 1
            source: { kind: relational, streams: ['{{stream}}', other], records: rows, envelope: [schema] }
            columns:
              - { name: status, type: string, from: status, default: new, required_in: ['{{stream}}'] }
            lake: { codec: zstd }
            """);
        var name = stream.Replace("''", "'", StringComparison.Ordinal);
        var page = """{"schema":{"fields":[{"name":"status","type":"text"}]},"rows":[{"status":null}]}"""u8.ToArray();

        Assert.Equal(["null status: Field 'status' is required and null."], GivenPages.Decode(contract, (HeaderOf(name), page)).Refusals);
        Assert.Equal("new", GivenPages.Decode(contract, (HeaderOf("other"), page))["status"]);
    }

    private static string HeaderOf(string stream)
    {
        var extraction = new Extraction(17, new("relational", "shop", stream, default, default), DateTimeOffset.UnixEpoch);
        return Encoding.UTF8.GetString(PageHeader.Of(new(extraction, 0, null), "sql", 7, new("Etc/UTC", null, null)).ToJson());
    }
}
