using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class JsonDecoderTests
{
    private static readonly ColumnType Text = new(ColumnKind.String);

    [Fact]
    public void A_valid_event_becomes_a_row()
    {
        var row = Given.Decode(Given.UserActions, Given.Event);
        Assert.Empty(row.Rejections);
        Assert.Equal(["1698064496000000", "19653", "view", "user_1", "web", "Dock 7", "SKU-7"],
            Given.UserActions.Columns.Select(column => row[column.Name]));
    }

    public static TheoryData<string, string, RejectionCode, string> ChangedEvents => new()
    {
        // what is replaced, by what, the verdict, the field
        { Given.Event, "", RejectionCode.MalformedJson, "" },
        { Given.Event, " \n\t\r ", RejectionCode.MalformedJson, "" },
        { Given.Event, "\uFEFF", RejectionCode.MalformedJson, "" },
        { Given.Event, "[1]", RejectionCode.NotAnObject, "" },
        { Given.Event, "12", RejectionCode.NotAnObject, "" },
        { Given.Event, " \"text\" ", RejectionCode.NotAnObject, "" },
        { Given.Event, "nul", RejectionCode.Truncated, "" },
        { Given.Event, "{", RejectionCode.Truncated, "" },
        { Given.Event, "[1,", RejectionCode.Truncated, "" },
        { Given.Event, "1.", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "\"SKU-7\"}", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "\"SKU-7", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "\"SKU-\\", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "\"SKU-\\u12", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "\"SKU-\\ud83d", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "\"SKU-\\ud83d\\", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "-", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "tru", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "12e+", RejectionCode.Truncated, "" },
        { "\"SKU-7\"}}", "\"SKU-7\"}}x", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "\"SKU-7\"}}{}", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "\"SKU-7\",}}", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "'SKU-7'}}", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "01}}", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "+1}}", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "NaN}}", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "\"SKU\n7\"}}", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "\"SKU\\x7\"}}", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "\"SKU\\u12G4\"}}", RejectionCode.MalformedJson, "" },
        { "\"SKU-7\"}}", "\"\\ud83d\"}}", RejectionCode.BadUtf8, "" },
        { "\"SKU-7\"}}", "\"\\ud83d\\n\"}}", RejectionCode.BadUtf8, "" },
        { "\"SKU-7\"}}", "\"\\ud83dx\"}}", RejectionCode.BadUtf8, "" },
        { "\"SKU-7\"}}", "\"\\ude00\\ud83d\"}}", RejectionCode.BadUtf8, "" },
        { "\"SKU-7\"}}", "\"\\ud83d\\ud83d\"}}", RejectionCode.BadUtf8, "" },
        { "\"SKU-7\"}}", "\"SKU-7\"},\"other\":\"\\udc00\"}", RejectionCode.BadUtf8, "" },
        { "\"SKU-7\"}}", "\"SKU-7\"},\"\\udc00\":1}", RejectionCode.BadUtf8, "" },
        { "\"SKU-7\"}}", "\"SKU-7\"},\"event_name\":\"view\"}", RejectionCode.DuplicateKey, "event_name" },
        { "\"SKU-7\"}}", "\"SKU-7\"},\"event\\u005fname\":\"view\"}", RejectionCode.DuplicateKey, "event_name" },
        { "\"SKU-7\"}}", "\"SKU-7\",\"SKU\":1}}", RejectionCode.DuplicateKey, "product_information.SKU" },
        { "\"SKU-7\"}}", "\"SKU-7\"},\"x\":[{\"a\":1,\"b\":2,\"a\":3}]}", RejectionCode.DuplicateKey, "" },
        { "\"SKU-7\"}}", "\"SKU-7\"},\"x\":{\"a\":1,\"\\u0061\":3}}", RejectionCode.DuplicateKey, "" },
        { "\"timestamp\":\"2023-10-23T12:34:56Z\",", "", RejectionCode.Missing, "timestamp" },
        { "\"event_name\":\"view\",", "", RejectionCode.Missing, "event_name" },
        { ",\"product_information\":{\"name\":\"Dock 7\",\"SKU\":\"SKU-7\"}", "", RejectionCode.Missing, "product_information.SKU" },
        { "\"view\"", "null", RejectionCode.Null, "event_name" },
        { "{\"platform\":\"web\",\"id\":\"user_1\"}", "null", RejectionCode.Null, "user_identifiers.id" },
        { "{\"platform\":\"web\",\"id\":\"user_1\"}", "\"user_1\"", RejectionCode.WrongType, "user_identifiers.id" },
        { "{\"platform\":\"web\",\"id\":\"user_1\"}", "[]", RejectionCode.WrongType, "user_identifiers.id" },
        { "\"view\"", "1", RejectionCode.WrongType, "event_name" },
        { "\"view\"", "true", RejectionCode.WrongType, "event_name" },
        { "\"view\"", "{}", RejectionCode.WrongType, "event_name" },
        { "\"view\"", "[\"view\"]", RejectionCode.WrongType, "event_name" },
        { "\"Dock 7\"", "7", RejectionCode.WrongType, "product_information.name" },
        { "\"2023-10-23T12:34:56Z\"", "1698064496", RejectionCode.WrongType, "timestamp" },
        { "\"2023-10-23T12:34:56Z\"", "\"yesterday\"", RejectionCode.BadTimestamp, "timestamp" },
        { "\"2023-10-23T12:34:56Z\"", "\"2023-10-23T12:34:56\"", RejectionCode.TimestampWithoutZone, "timestamp" },
        { "\"2023-10-23T12:34:56Z\"", "\"0001-01-01T00:00:00+00:01\"", RejectionCode.OutOfRange, "timestamp" },
        { "Dock 7", "Dock\\u0000", RejectionCode.NulCharacter, "product_information.name" },
        { "view", "", RejectionCode.Empty, "event_name" },
        { "view", "12345678901234567890123456789012345678901234567890123456789012345", RejectionCode.TooLong, "event_name" },
        { "view", "////////////////////////////////////////////////////////////////", RejectionCode.TooLong, "event_name" },
    };

    [Theory]
    [MemberData(nameof(ChangedEvents))]
    public void A_changed_event_is_refused_for_its_reason(string part, string by, RejectionCode code, string field)
    {
        var changed = Given.Event.Replace(part, by);
        var result = Given.Decode(Given.UserActions, Given.Event, changed, Given.Event);
        var rejection = Assert.Single(result.Rejections);
        Assert.Equal((code, field, 1L, Given.Shard with { Stream = null!, Generation = 0 }),
            (rejection.Code, rejection.Field, rejection.Position, rejection.Shard));
        Assert.Equal(changed, Encoding.UTF8.GetString(rejection.Record.Span));
        Assert.Matches("^[A-Z].*[.]$", rejection.Message);
        Assert.Equal([0L, 2L], result.Batch.Positions.Values.ToArray());
        Assert.All(result.Batch.Columns, column => Assert.Equal(2, column.Count));
        Assert.Equal("user_1", result["user_id", 1]);
    }

    public static TheoryData<string, string, string, string?> AcceptedEvents => new()
    {
        // what is replaced, by what, a column, its value
        { "\"name\":\"Dock 7\",", "", "product_name", null },
        { "\"Dock 7\"", "null", "product_name", null },
        { "Dock 7", "", "product_name", "" },
        { "Dock 7", "\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20ac\\ud83d\\uDE00", "product_name", "\"\\/\b\f\n\r\té€😀" },
        { "Dock 7", "Kopfhörer 😀", "product_name", "Kopfhörer 😀" },
        { "\"name\"", "\"n\\u0061me\"", "product_name", "Dock 7" },
        { "{\"timestamp\"", "\uFEFF{\"timestamp\"", "product_name", "Dock 7" },
        { ",", " \r\n,\t", "product_name", "Dock 7" },
        { ":{", " : { ", "product_name", "Dock 7" },
        { "\"SKU-7\"}", "\"SKU-7\"} ,\"other\": [1, -0.5e+3, {\"a\":{}}, [], true, false, null]\n", "SKU", "SKU-7" },
        { "\"SKU-7\"}", "\"SKU-7\"},\"text\":\"\\u0000\"", "SKU", "SKU-7" },
        { "view", "1234567890123456789012345678901234567890123456789012345678901234", "event_name",
            "1234567890123456789012345678901234567890123456789012345678901234" },
    };

    [Theory]
    [MemberData(nameof(AcceptedEvents))]
    public void A_changed_event_is_accepted(string part, string by, string column, string? value)
    {
        var result = Given.Decode(Given.UserActions, Given.Event.Replace(part, by));
        Assert.Empty(result.Rejections);
        Assert.Equal(value, result[column]);
    }

    public static TheoryData<string, string, string?> Values => new()
    {
        // type, JSON text, the stored value or the verdict
        { "int64", "0", "0" }, { "int64", "-0", "0" }, { "int64", "9223372036854775807", "9223372036854775807" },
        { "int64", "-9223372036854775808", "-9223372036854775808" }, { "int64", "9223372036854775808", "OutOfRange" },
        { "int64", "123456789012345678901234567890", "OutOfRange" }, { "int64", "1.0", "WrongType" }, { "int64", "1e3", "WrongType" },
        { "int64", "\"1\"", "WrongType" }, { "int64", "true", "WrongType" }, { "int64", "null", null },
        { "float64", "1", "1" }, { "float64", "-1.5e-3", "-0.0015" }, { "float64", "1e400", "OutOfRange" }, { "float64", "1e-400", "0" },
        { "float64", "0.1", "0.1" }, { "float64", "\"0.1\"", "WrongType" }, { "float64", "[]", "WrongType" },
        { "bool", "true", "true" }, { "bool", "false", "false" }, { "bool", "1", "WrongType" }, { "bool", "\"true\"", "WrongType" },
        { "decimal(5,2)", "123.45", "12345" }, { "decimal(5,2)", "-123.4", "-12340" }, { "decimal(5,2)", "999.99", "99999" },
        { "decimal(5,2)", "1000", "OutOfRange" }, { "decimal(5,2)", "1.234", "OutOfRange" }, { "decimal(5,2)", "1.2300", "123" },
        { "decimal(5,2)", "12345e-2", "12345" }, { "decimal(5,2)", "1.2E2", "12000" }, { "decimal(5,2)", "0e999999999999999999", "0" },
        { "decimal(5,2)", "1e999999999999999999", "OutOfRange" }, { "decimal(5,2)", "1e-999999999999999999", "OutOfRange" },
        { "decimal(5,2)", "100e-1", "1000" }, { "decimal(5,2)", "0.00001e5", "100" }, { "decimal(5,2)", "-0.0", "0" },
        { "decimal(5,2)", "\"1.50\"", "150" }, { "decimal(5,2)", "\"\\u0031\"", "100" }, { "decimal(5,2)", "\"1e1\"", "WrongType" },
        { "decimal(5,2)", "\"\"", "WrongType" }, { "decimal(5,2)", "\"1,5\"", "WrongType" }, { "decimal(5,2)", "\" 1\"", "WrongType" },
        { "decimal(5,2)", "\"-\"", "WrongType" }, { "decimal(5,2)", "\"1.\"", "WrongType" }, { "decimal(5,2)", "\"01\"", "WrongType" },
        { "decimal(5,2)", "true", "WrongType" },
        { "decimal(38,0)", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999" },
        { "decimal(38,0)", "-99999999999999999999999999999999999999", "-99999999999999999999999999999999999999" },
        { "decimal(38,0)", "100000000000000000000000000000000000000", "OutOfRange" },
        { "json", "{\"a\": [1,  2]}", "{\"a\": [1,  2]}" }, { "json", "\"a\\n\"", "\"a\\n\"" }, { "json", "1.50", "1.50" },
        { "json", "true", "true" }, { "json", "null", null }, { "json", "{\"a\":\"\\u0000\"}", "NulCharacter" },
        { "json", "{\"a\":\"\\\\u0000\"}", "{\"a\":\"\\\\u0000\"}" },
        { "date", "\"2024-02-29\"", "19782" }, { "date", "\"0001-01-01\"", "-719162" }, { "date", "\"9999-12-31\"", "2932896" },
        { "date", "\"0000-12-31\"", "OutOfRange" }, { "date", "\"2023-02-29\"", "BadTimestamp" }, { "date", "\"2023-2-9\"", "BadTimestamp" },
        { "date", "\"2023-01-01T00:00:00Z\"", "BadTimestamp" }, { "date", "20230101", "WrongType" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_is_stored_exactly_or_refused(string type, string json, string? expected)
    {
        var result = Given.Decode(Given.Contract(new ColumnSpec("c", TypeOf(type), ["c"])), $"{{\"c\":{json}}}");
        Assert.Equal(expected, result.Rejections is [var refused] ? refused.Code.ToString() : result["c"]);
    }

    [Fact]
    public void The_first_present_alternative_wins_even_when_it_is_null()
    {
        var contract = Given.Contract(new ColumnSpec("c", Text, ["old.name", "new"]));
        var rows = Given.Decode(contract, "{\"new\":\"n\"}", "{\"new\":\"n\",\"old\":{\"name\":\"o\"}}", "{\"new\":\"n\",\"old\":{\"name\":null}}",
            "{\"new\":\"n\",\"old\":{}}", "{}", "{\"old\":null,\"new\":\"n\"}");
        Assert.Empty(rows.Rejections);
        Assert.Equal(["n", "o", null, "n", null, null], Enumerable.Range(0, 6).Select(row => rows["c", row]));
    }

    [Fact]
    public void One_field_can_be_kept_whole_and_read_in_parts()
    {
        var contract = Given.Contract(new("whole", new(ColumnKind.Json), ["u"]), new("part", Text, ["u.id"]));
        var rows = Given.Decode(contract, "{\"u\":{\"id\":\"1\",\"x\":[2]}}");
        Assert.Equal(("{\"id\":\"1\",\"x\":[2]}", "1", 0), (rows["whole"], rows["part"], rows.Unknown.ToDictionary().Count));
    }

    [Fact]
    public void Of_several_faults_the_first_in_column_order_is_reported_and_syntax_comes_before_all()
    {
        var result = Given.Decode(Given.UserActions, "{\"event_name\":1,\"timestamp\":2}", "{\"event_name\":1,\"timestamp\":2,}");
        Assert.Equal([(RejectionCode.WrongType, "timestamp"), (RejectionCode.MalformedJson, "")],
            result.Rejections.Select(rejection => (rejection.Code, rejection.Field)));
    }

    [Fact]
    public void A_tombstone_has_no_value_and_an_oversized_record_is_not_even_read()
    {
        var contract = Given.UserActions with { Limits = new(MaxRecordBytes: 200) };
        var result = Given.Decode(contract, [null, [.. Encoding.UTF8.GetBytes(Given.Event), .. new byte[200]], Encoding.UTF8.GetBytes(Given.Event)]);
        Assert.Equal([RejectionCode.NoValue, RejectionCode.TooLarge], result.Rejections.Select(rejection => rejection.Code));
        Assert.Equal(1, result.Batch.Rows);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { 0xC0, 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0xF5, 0x80, 0x80, 0x80 })]
    [InlineData(new byte[] { 0xE2, 0x82 })]
    public void Bytes_that_are_not_utf8_are_refused_wherever_they_stand(byte[] bad)
    {
        byte[] known = [.. "{\"c\":\""u8, .. bad, .. "\"}"u8], unknown = [.. "{\"x\":\""u8, .. bad, .. "\"}"u8], outside = [.. "{"u8, .. bad, .. "}"u8];
        byte[] key = [.. "{\""u8, .. bad, .. "\":1}"u8];
        var result = Given.Decode(Given.Contract(new ColumnSpec("c", Text, ["c"])), [known, unknown, outside, key, [.. "{}"u8]]);
        Assert.Equal(Enumerable.Repeat(RejectionCode.BadUtf8, 4), result.Rejections.Select(rejection => rejection.Code));
        Assert.Equal(1, result.Batch.Rows);
    }

    [Fact]
    public void A_record_cut_inside_a_character_is_cut_off_and_not_called_bad_utf8()
    {
        var result = Given.Decode(Given.Contract(new ColumnSpec("c", Text, ["c"])), [[.. "{\"c\":\"\u20AC"u8[..^1]]]);
        Assert.Equal(RejectionCode.Truncated, Assert.Single(result.Rejections).Code);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"k\":", "}")]
    public void Nesting_is_allowed_to_the_limit_and_not_beyond(string open, string close)
    {
        string Nested(int depth) => "{\"x\":" + string.Concat(Enumerable.Repeat(open, depth - 1)) + "1" + string.Concat(Enumerable.Repeat(close, depth - 1)) + "}";
        var result = Given.Decode(Given.Contract(new ColumnSpec("c", Text, ["c"])), Nested(64), Nested(65), Nested(100_000));
        Assert.Equal([RejectionCode.TooDeep, RejectionCode.TooDeep], result.Rejections.Select(rejection => rejection.Code));
        Assert.Equal(1, result.Batch.Rows);
    }

    [Fact]
    public void Lengths_are_counted_in_code_points_and_a_merge_key_in_bytes()
    {
        var contract = Given.UserActions;
        string Named(string name) => Given.Event.Replace("view", name);
        string Sku(int bytes) => Given.Event.Replace("SKU-7", new string('s', bytes));
        var emoji = string.Concat(Enumerable.Repeat("é", 64));
        var result = Given.Decode(contract, Named(emoji), Named(emoji + "x"), Sku(1200), Sku(1201));
        Assert.Equal([(1L, "event_name"), (3L, "product_information.SKU")], result.Rejections.Select(refused => (refused.Position, refused.Field)));
        Assert.All(result.Rejections, refused => Assert.Equal(RejectionCode.TooLong, refused.Code));
    }

    [Fact]
    public void Names_that_may_be_values_are_counted_and_not_told()
    {
        var counts = Given.Decode(
            Given.Contract(new ColumnSpec("c", Text, ["c"])),
            """{"c":"x","utm_source":1,"Campaign name":1,"größe":1,"video_p25":1,"anna@example.com":1,"+49 170 1234567":1,"550e8400-e29b-41d4-a716-446655440000":1,"a50e8400-e29b-41d4-a716-446655440000":1}""")
            .Unknown.ToDictionary();
        Assert.Equal(["(others)=4", "Campaign name=1", "größe=1", "utm_source=1", "video_p25=1"], counts.Select(each => $"{each.Key}={each.Value}"));
    }

    [Fact]
    public void Unknown_fields_are_counted_by_path_up_to_a_hundred_paths()
    {
        var known = "{\"u\":{\"id\":\"1\",\"x\":{\"deep\":1}},\"y\":1}";
        var contract = Given.Contract(new ColumnSpec("c", Text, ["u.id"]));
        var many = "{" + string.Join(',', Enumerable.Range(0, 120).Select(i => $"\"k{i}\":1")) + ",\"\\u0000\":1}";
        var counts = Given.Decode(contract, known, known, "{\"y\":1,}", many).Unknown.ToDictionary();
        Assert.Equal((2L, 2L), (counts["u.x"], counts["y"]));
        Assert.Equal(UnknownFieldCounter.MaxPaths + 1, counts.Count);
        Assert.Equal(120 - 98 + 1, counts[UnknownFieldCounter.Others]);
    }

    [Fact]
    public void A_message_never_holds_the_value()
    {
        const string secret = "secret-4711";
        var records = JsonDecoderTests.ChangedEvents.Select(row => Given.Event.Replace(row.Data.Item1, row.Data.Item2).Replace("user_1", secret));
        Assert.All(Given.Decode(Given.UserActions, records).Rejections, refused => Assert.DoesNotContain(secret, refused.Message));
    }

    [Fact]
    public void A_record_of_a_hundred_thousand_keys_is_read_in_linear_time()
    {
        var keys = "{" + string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"k{i}\":1"));
        var contract = Given.Contract(new ColumnSpec("c", Text, ["c"])) with { Limits = new(MaxRecordBytes: 4 << 20) };
        var result = Given.Decode(contract, keys + "}", keys + ",\"k500\":1}");
        Assert.Equal(RejectionCode.DuplicateKey, Assert.Single(result.Rejections).Code);
    }

    internal static ColumnType TypeOf(string text) => text.StartsWith("decimal", StringComparison.Ordinal)
        ? new(ColumnKind.Decimal, int.Parse(text[8..text.IndexOf(',')]), int.Parse(text[(text.IndexOf(',') + 1)..^1]))
        : new(Enum.Parse<ColumnKind>(text, ignoreCase: true));
}
