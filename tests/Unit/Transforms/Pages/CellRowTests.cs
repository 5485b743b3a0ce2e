using System.Text;

namespace Pipeline.Tests.Unit.Transforms.Pages;

/// <summary>Answers whose rows are values without names, and answers that tell their columns.</summary>
public sealed class CellRowTests
{
    private const string Schema =
        """
        {"fields":[{"name":"timestamp","type":"TIMESTAMP","mode":"NULLABLE"},{"name":"event_date","type":"DATE"},{"name":"event_name","type":"STRING"},
         {"name":"user_identifiers","type":"RECORD","mode":"NULLABLE","fields":[{"name":"id","type":"STRING"},{"name":"platform","type":"STRING"}]},
         {"name":"product_information","type":"STRUCT","fields":[{"name":"name","type":"STRING"},{"name":"SKU","type":"STRING"}]},
         {"name":"tags","type":"RECORD","mode":"REPEATED","fields":[{"name":"t","type":"BOOLEAN"},{"name":"j","type":"JSON"}]}]}
        """;

    private const string Row =
        """
        {"f":[{"v":"1790856000123456"},{"v":"2026-10-01"},{"v":"view"},{"v":{"f":[{"v":"u-1"},{"v":"web"}]}},
         {"v":{"f":[{"v":"L\u00e4mp \"1\""},{"v":"SKU-7"}]}},{"v":[{"v":{"f":[{"v":"true"},{"v":"{\"a\":[1]}"}]}}]}]}
        """;

    private const string Columns = "event_datetime event_date event_name user_id platform product_name SKU project stream";

    [Fact]
    public void Values_get_their_columns_names_and_instants_their_form()
    {
        var page = Decode(Page(Schema, Row));
        Assert.Empty(page.Refusals);
        Assert.Equal("1790856000123456 | 20727 | view | u-1 | web | Lämp \"1\" | SKU-7 | act | user_actions", page.Line(Columns));
    }

    [Fact]
    public void A_value_that_is_null_is_null_and_a_day_without_rows_has_none()
    {
        Assert.Null(Decode(Page(Schema, Row.Replace("\"L\\u00e4mp \\\"1\\\"\"", "null", StringComparison.Ordinal)))["product_name"]);
        var empty = Decode($$"""{"schema":{{Schema}},"totalRows":"0","jobComplete":true}""");
        Assert.Equal(0, empty.Records);
        Assert.Empty(empty.Refusals);
    }

    [Theory]
    [InlineData("product_information", "product", "product_information.name", "product_name")]
    [InlineData("\"name\":\"name\"", "\"name\":\"title\"", "product_information.name", "product_name")]
    [InlineData("\"SKU\"", "\"sku\"", "product_information.SKU", "SKU")]
    [InlineData("\"timestamp\"", "\"event_timestamp\"", "timestamp", "event_datetime")]
    public void An_answer_without_a_column_that_is_read_is_refused_though_the_column_may_be_null(string old, string now, string path, string column) => Assert.Equal(
        [$"envelope {path}: The answer has no column '{path}', which column '{column}' reads."], Decode(Page(Schema.Replace(old, now, StringComparison.Ordinal), Row)).Refusals);

    [Theory]
    [InlineData("""{"rows":[]}""", "envelope schema: The answer has no 'schema', which tells its columns.")]
    [InlineData("""{"schema":{"columns":[]},"rows":[]}""", "envelope schema: The answer's schema is not a list of fields with names.")]
    [InlineData("""{"schema":{"fields":[{"type":"DATE"}]},"rows":[]}""", "envelope schema: The answer's schema is not a list of fields with names.")]
    [InlineData("""{"schema":5,"rows":[]}""", "envelope schema: The answer's schema is not a list of fields with names.")]
    public void An_answer_that_does_not_tell_its_columns_is_refused(string answer, string refusal) => Assert.Equal([refusal], Decode(answer).Refusals);

    [Theory]
    [InlineData("""{"f":[{"v":"1790856000123456"}]}""")]
    [InlineData("""{"f":[]}""")]
    [InlineData("""{"f":{}}""")]
    [InlineData("""{"v":"1"}""")]
    [InlineData("""{"f":[{"w":"1"},{"v":1}]}""")]
    [InlineData("""5""")]
    [InlineData("""[[[[[[]]]]]]""")]
    [InlineData("""{"f":[{"v":[[[[[[[]]]]]]]}]}""")]
    public void A_row_that_does_not_fit_its_schema_is_refused_and_its_neighbours_are_not(string row)
    {
        var page = Decode(Page(Schema, $"{Row},{row},{Row}"));
        Assert.Equal((3, 2, 1), (page.Records, page.Rows.Batch.Rows, page.Rows.Rejections.Count));
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("-9223372036854775808")]
    [InlineData("1.790856E9")]
    [InlineData("01.10.2026 12:00:00")]
    public void An_instant_that_is_none_refuses_its_row(string instant)
    {
        var page = Decode(Page(Schema, Row.Replace("1790856000123456", instant, StringComparison.Ordinal)));
        Assert.Contains("timestamp", Assert.Single(page.Refusals), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_page_is_made_of_each_row_is_read_or_refused()
    {
        var random = new Random(20_261_121);
        const string Special = "{}[],:\"fv1n\\ ";
        for (var round = 0; round < 3000; round++)
        {
            var page = Page(Schema, Row).ToCharArray();
            for (var change = random.Next(1, 4); change > 0; change--) page[random.Next(page.Length)] = Special[random.Next(Special.Length)];
            var decoded = Decode(new string(page));
            Assert.Equal(decoded.Records, decoded.Rows.Batch.Rows + decoded.Rows.Rejections.Count);
        }
    }

    [Fact]
    public void Rows_of_tables_have_names_and_their_pages_tell_the_columns_too()
    {
        const string Fields =
            """
            {"fields":[{"name":"order_id","type":"bigint"},{"name":"ordered_at","type":"timestamp with time zone"},{"name":"customer_id","type":"text"},
             {"name":"status","type":"text"},{"name":"amount","type":"numeric(18,2)"},{"name":"currency","type":"text"},{"name":"items","type":"jsonb"},
             {"name":"updated_at","type":"timestamp with time zone"}]}
            """;
        const string Order =
            """
            {"order_id":"9007199254740993","ordered_at":"2026-10-01T10:00:00.000001+00:00","customer_id":"c-1","status":"paid","amount":"1234567890123456.78",
             "currency":"EUR","items":[{"sku":"S-1"}],"updated_at":"2026-10-02T10:00:00+00:00"}
            """;
        var page = GivenPages.Decode("relational_rows", "relational", $$"""{"schema":{{Fields}},"rows":[{{Order}}]}""", "shop.orders");
        Assert.Empty(page.Refusals);
        Assert.Equal("9007199254740993 | 1790848800000001 | 20727 | 123456789012345678 | [{\"sku\":\"S-1\"}]", page.Line("order_id ordered_at order_date amount items"));
        Assert.Equal(
            ["envelope items: The answer has no column 'items', which column 'items' reads."],
            GivenPages.Decode("relational_rows", "relational", $$"""{"schema":{{Fields.Replace("\"items\"", "\"lines\"", StringComparison.Ordinal)}},"rows":[]}""", "shop.orders").Refusals);
    }

    private static string Page(string schema, string rows) =>
        $$"""{"kind":"bigquery#getQueryResultsResponse","schema":{{schema}},"jobComplete":true,"totalRows":"1","rows":[{{rows}}]}""";

    private static DecodedPages Decode(string page) => GivenPages.Decode(
        GivenPages.Contract("bigquery_rows"), (GivenPages.Header("bigquery", "user_actions"), Encoding.UTF8.GetBytes(page)));
}
