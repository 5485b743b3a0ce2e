using System.Globalization;
using System.Text;
using Pipeline.Transforms.Json.Fields;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class FixedTimestampTests
{
    [Theory]
    [InlineData("2023-10-23T12:34:56Z")]
    [InlineData("2023-10-23T12:34:56.789Z")]
    [InlineData("2023-10-23T12:34:56.789012Z")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.999999Z")]
    public void The_forms_that_sources_send_are_read(string text) => Assert.Equal(Slowly(text), Read(text));

    [Theory]
    [InlineData("2023-10-23T12:34:56+00:00")]
    [InlineData("2023-10-23 12:34:56Z")]
    [InlineData("2023-10-23T12:34:56.Z")]
    [InlineData("2023-10-23T12:34:56.78Z")]
    [InlineData("2023-10-23T12:34:56z")]
    [InlineData("2023-10-23T12:34:56,789Z")]
    [InlineData("2023-10-23T12:34:56")]
    [InlineData("")]
    public void Any_other_form_is_left_to_the_slow_reader(string text) => Assert.Null(Read(text));

    [Fact]
    public void Every_day_of_eight_centuries_is_the_calendars()
    {
        for (var day = new DateTime(1599, 12, 31); day.Year < 2401; day = day.AddDays(1))
        {
            var text = day.ToString("yyyy-MM-ddT23:59:58Z", CultureInfo.InvariantCulture);
            Assert.Equal((day.AddSeconds(86_398) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond, Read(text));
        }
    }

    [Fact]
    public void Whatever_byte_stands_in_a_form_the_slow_reader_agrees()
    {
        foreach (var form in new[] { "2024-02-29T19:39:49Z", "1900-12-31T23:59:59.123Z", "2023-10-23T12:34:56.789012Z" })
        {
            for (var at = 0; at < form.Length; at++)
            {
                for (var value = 0; value < 256; value++)
                {
                    var text = Encoding.Latin1.GetBytes(form);
                    text[at] = (byte)value;
                    if (!FixedTimestamp.TryParse(text, out var micros)) continue;
                    Assert.Equal((null, micros), (TimestampText.Parse(text, null, out var slowly), slowly));
                }
            }
        }
    }

    private static long? Read(string text) => FixedTimestamp.TryParse(Encoding.UTF8.GetBytes(text), out var micros) ? micros : null;

    private static long Slowly(string text)
    {
        Assert.Null(TimestampText.Parse(Encoding.UTF8.GetBytes(text), null, out var micros));
        return micros;
    }
}
