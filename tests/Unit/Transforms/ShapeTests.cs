using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms;

/// <summary>What must not be seen of records being read by the shape of earlier ones.</summary>
public sealed class ShapeTests
{
    [Fact]
    public void A_field_that_is_gone_leaves_no_value_of_the_record_before()
    {
        var decoded = Given.Decode(Given.UserActions, Given.Event, Given.Event, Given.Event.Replace("\"name\":\"Dock 7\",", ""), Given.Event);
        Assert.Equal(["Dock 7", "Dock 7", null, "Dock 7"], Enumerable.Range(0, 4).Select(row => decoded["product_name", row]));
    }

    [Fact]
    public void Unknown_fields_are_counted_in_every_record_that_has_them()
    {
        var other = Given.Event.Replace("\"platform\"", "\"age\":7,\"platform\"");
        var decoded = Given.Decode(Given.UserActions, Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? Given.Event : other));
        Assert.Equal(new Dictionary<string, long> { ["user_identifiers.age"] = 500 }, decoded.Unknown.ToDictionary());
    }

    [Fact]
    public void Far_more_shapes_than_are_kept_give_the_same_rows()
    {
        var records = Enumerable.Range(0, 2000).Select(i => Given.Event.Replace("{\"timestamp\"", $"{{\"k{i % 37}\":{i},\"timestamp\""));
        var decoded = Given.Decode(Given.UserActions, records);
        Assert.Equal((2000, 0), (decoded.Batch.Rows, decoded.Rejections.Count));
        Assert.Equal(2000, decoded.Unknown.ToDictionary().Values.Sum());
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(900)]
    [InlineData(2000)]
    public void Keys_of_any_length_are_compared_to_their_last_byte(int length)
    {
        var key = new string('k', length);
        var known = Given.Event.Replace("{\"timestamp\"", $"{{\"{key}\":1,\"timestamp\"");
        var close = known.Replace(key + '"', key[..^1] + "x\"");
        var decoded = Given.Decode(Given.UserActions, known, known, close, known);
        var counted = decoded.Unknown.ToDictionary();
        Assert.Equal(4, decoded.Batch.Rows);
        if (length <= 100) Assert.Equal((3, 1), (counted[key], counted[key[..^1] + "x"]));
        else Assert.Equal(4, counted["(others)"]);
    }

    [Fact]
    public void A_shape_that_holds_line_feeds_matches_nothing_beyond_its_record()
    {
        // The second record ends where the shape has a line feed, and the third goes on as the shape does.
        const string spaced = "{\"timestamp\":\"2023-10-23T12:34:56Z\",\n\"event_name\":\"view\"}";
        var contract = Given.Contract(new ColumnSpec("t", new(ColumnKind.Timestamp), ["timestamp"]));
        var decoded = Given.Decode(contract, spaced, "{\"timestamp\":\"2023-10-23T12:34:56Z\",", "\"event_name\":\"view\"}", spaced);
        Assert.Equal(2, decoded.Batch.Rows);
        Assert.Equal([RejectionCode.Truncated, RejectionCode.MalformedJson], decoded.Rejections.Select(each => each.Code));
    }

    [Fact]
    public void The_last_record_of_a_block_may_end_anywhere_in_a_shape()
    {
        for (var length = 1; length < Given.Event.Length; length++)
        {
            var decoded = Given.Decode(Given.UserActions, Given.Event, Given.Event, Given.Event[..length]);
            Assert.Equal((2, RejectionCode.Truncated), (decoded.Batch.Rows, Assert.Single(decoded.Rejections).Code));
        }
    }
}
