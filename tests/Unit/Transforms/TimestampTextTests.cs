using System.Globalization;
using System.Text;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json.Fields;

namespace Pipeline.Tests.Unit.Transforms;

public sealed class TimestampTextTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("2023-10-23T12:34:56Z", "2023-10-23T12:34:56.000000")]
    [InlineData("2023-10-23t12:34:56z", "2023-10-23T12:34:56.000000")]
    [InlineData("2023-10-23 12:34:56+00:00", "2023-10-23T12:34:56.000000")]
    [InlineData("2023-10-23T00:30:00+02:00", "2023-10-22T22:30:00.000000")]
    [InlineData("2023-10-23T23:30:00-0130", "2023-10-24T01:00:00.000000")]
    [InlineData("2023-10-23T12:00:00+05", "2023-10-23T07:00:00.000000")]
    [InlineData("2023-10-23T12:00:00-00:00", "2023-10-23T12:00:00.000000")]
    [InlineData("2023-10-23T12:00:00.1Z", "2023-10-23T12:00:00.100000")]
    [InlineData("2023-10-23T12:00:00.123456789Z", "2023-10-23T12:00:00.123456")]
    [InlineData("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999")]
    [InlineData("2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000000")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000")]
    [InlineData("0000-12-31T23:30:00-01:00", "0001-01-01T00:30:00.000000")]
    [InlineData("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999")]
    public void A_known_form_is_read_to_the_microsecond(string text, string utc) => Assert.Equal(utc, Read(text, null));

    [Theory]
    [InlineData("2023-10-23T12:34:60Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T24:00:00Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:60:00Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-02-29T12:00:00Z", RejectionCode.BadTimestamp)]
    [InlineData("1900-02-29T12:00:00Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-13-01T12:00:00Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-00-01T12:00:00Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-01-00T12:00:00Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23", RejectionCode.BadTimestamp)]
    [InlineData("20231023T123456Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56.Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56.1234567890Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56,5Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56+24:00", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56+02:60", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56+2", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56+02:0", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56 Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56Zx", RejectionCode.BadTimestamp)]
    [InlineData(" 2023-10-23T12:34:56Z", RejectionCode.BadTimestamp)]
    [InlineData("+2023-10-23T12:34:56Z", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T1２:34:56Z", RejectionCode.BadTimestamp)]
    [InlineData("", RejectionCode.BadTimestamp)]
    [InlineData("2023-10-23T12:34:56", RejectionCode.TimestampWithoutZone)]
    [InlineData("2023-10-23T12:34:56.5", RejectionCode.TimestampWithoutZone)]
    [InlineData("0001-01-01T00:00:00+00:01", RejectionCode.OutOfRange)]
    [InlineData("9999-12-31T23:59:59-00:01", RejectionCode.OutOfRange)]
    public void Any_other_text_is_refused(string text, RejectionCode code) => Assert.Equal(code.ToString(), Read(text, null));

    [Theory]
    [InlineData("2023-07-01T12:00:00", "2023-07-01T10:00:00.000000")]
    [InlineData("2023-12-01T12:00:00", "2023-12-01T11:00:00.000000")]
    [InlineData("2023-12-01T12:00:00Z", "2023-12-01T12:00:00.000000")]
    [InlineData("2023-10-29T02:30:00", "2023-10-29T00:30:00.000000")] // comes twice: the earlier
    [InlineData("2023-03-26T02:30:00", "2023-03-26T01:30:00.000000")] // never comes: 03:30 summer time
    [InlineData("0001-01-01T00:00:00", "OutOfRange")]
    [InlineData("0000-06-01T00:00:00", "OutOfRange")]
    public void A_time_without_a_zone_is_the_contracts_zones(string text, string utc) => Assert.Equal(utc, Read(text, Berlin));

    [Fact]
    public void Every_day_of_the_calendar_is_numbered_as_the_framework_numbers_it()
    {
        var epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        Span<byte> text = stackalloc byte[10];
        for (var day = DateOnly.MinValue; day < DateOnly.MaxValue; day = day.AddDays(1))
        {
            day.TryFormat(text, out _, "yyyy-MM-dd", CultureInfo.InvariantCulture);
            if (TimestampText.ParseDate(text, out var days) is not null || days != day.DayNumber - epoch) Assert.Fail($"{day:O} is read as {days}");
        }
    }

    private static string Read(string text, TimeZoneInfo? zone) => TimestampText.Parse(Encoding.UTF8.GetBytes(text), zone, out var micros) is { } fault
        ? fault.ToString()
        : DateTime.UnixEpoch.AddTicks(micros * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
