using System.Globalization;
using Pipeline.LocalHost.Timers;

namespace Pipeline.Tests.Conformance.Functions;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("0 */5 * * * *", "2026-01-01 00:00:00", "2026-01-01 00:05:00 | 2026-01-01 00:10:00")]
    [InlineData("*/5 * * * *", "2026-01-01 00:00:30", "2026-01-01 00:05:00 | 2026-01-01 00:10:00")]
    [InlineData("0 0 * * * *", "2026-01-01 22:30:00", "2026-01-01 23:00:00 | 2026-01-02 00:00:00")]
    [InlineData("0 30 9 * * 1-5", "2026-01-02 09:30:00", "2026-01-05 09:30:00 | 2026-01-06 09:30:00")]
    [InlineData("0 30 9 * Jan Mon", "2026-01-27 00:00:00", "2027-01-04 09:30:00 | 2027-01-11 09:30:00")]
    [InlineData("0 0 5/10 * * *", "2026-01-01 06:00:00", "2026-01-01 15:00:00 | 2026-01-02 05:00:00")]
    [InlineData("0 0 8-18/4 * * *", "2026-01-01 00:00:00", "2026-01-01 08:00:00 | 2026-01-01 12:00:00")]
    [InlineData("15,45 10 3 * * *", "2026-01-01 03:10:15", "2026-01-01 03:10:45 | 2026-01-02 03:10:15")]
    [InlineData("0 0 0 29 2 *", "2026-01-01 00:00:00", "2028-02-29 00:00:00 | 2032-02-29 00:00:00")]
    [InlineData("0 0 0 29 2 *", "2096-02-29 00:00:00", "2104-02-29 00:00:00 | 2108-02-29 00:00:00")]
    [InlineData("0 0 0 31 * *", "2026-01-31 00:00:00", "2026-03-31 00:00:00 | 2026-05-31 00:00:00")]
    [InlineData("0 0 12 13 * fri", "2026-01-01 00:00:00", "2026-02-13 12:00:00 | 2026-03-13 12:00:00")]
    [InlineData("0 0 0 1 january-march *", "2026-03-02 00:00:00", "2027-01-01 00:00:00 | 2027-02-01 00:00:00")]
    [InlineData("00:30:00", "2026-01-01 00:10:00", "2026-01-01 00:40:00 | 2026-01-01 01:10:00")]
    public void Occurs(string schedule, string after, string next) =>
        Assert.Equal(next, Occurrences(TimerSchedule.Parse(schedule, TimeZoneInfo.Utc)!, Utc(after), 2, TimeZoneInfo.Utc));

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("0 0 24 * * *")]
    [InlineData("0 0 0 0 * *")]
    [InlineData("0 0 0 * * 7")]
    [InlineData("0 */0 * * * *")]
    [InlineData("0 1- * * * *")]
    [InlineData("0 , * * * *")]
    [InlineData("0 0 0 * Nevember *")]
    [InlineData("00:00:00")]
    [InlineData("-00:05:00")]
    public void Refuses(string schedule) => Assert.Null(TimerSchedule.Parse(schedule, TimeZoneInfo.Utc));

    [Fact]
    public void A_date_that_never_comes_has_no_occurrence() =>
        Assert.Null(TimerSchedule.Parse("0 0 0 30 2 *", TimeZoneInfo.Utc)!.Next(Utc("2026-01-01 00:00:00")));

    // America/Los_Angeles: 2026-03-08 02:00 is followed by 03:00; on 2026-11-01 the hour from 01:00 comes twice.
    [Theory]
    [InlineData("0 30 2 * * *", "2026-03-08 08:00:00", "03-08 03:30 -07 | 03-09 02:30 -07")]
    [InlineData("0 */30 * * * *", "2026-03-08 09:30:00", "03-08 03:00 -07 | 03-08 03:30 -07")]
    [InlineData("0 30 1 * * *", "2026-11-01 05:00:00", "11-01 01:30 -07 | 11-02 01:30 -08")]
    [InlineData("0 30 1 * * *", "2026-11-01 09:15:00", "11-02 01:30 -08 | 11-03 01:30 -08")]
    [InlineData("0 */30 * * * *", "2026-11-01 07:30:00",
        "11-01 01:00 -07 | 11-01 01:30 -07 | 11-01 01:00 -08 | 11-01 01:30 -08 | 11-01 02:00 -08")]
    [InlineData("0 0 2 * * *", "2026-11-01 08:30:00", "11-01 02:00 -08 | 11-02 02:00 -08")]
    public void Follows_clocks_that_are_set(string schedule, string after, string next)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles");
        Assert.Equal(next, Occurrences(TimerSchedule.Parse(schedule, zone)!, Utc(after), next.Split('|').Length, zone, "MM-dd HH:mm zz"));
    }

    [Theory]
    [InlineData("*/30 * * * * *", true)]
    [InlineData("0 * * * * *", false)]
    [InlineData("00:00:59", true)]
    [InlineData("00:01:00", false)]
    public void More_than_once_a_minute_is_not_monitored(string schedule, bool fast) =>
        Assert.Equal(fast, TimerSchedule.Parse(schedule, TimeZoneInfo.Utc)!.IsFasterThanAMinute(Utc("2026-01-01 00:00:10")));

    [Fact]
    public void A_missed_occurrence_is_past_due_and_a_changed_schedule_is_not()
    {
        var hourly = TimerSchedule.Parse("0 0 * * * *", TimeZoneInfo.Utc)!;
        var recorded = new TimerStatus(Utc("2026-01-01 10:00:00"), Utc("2026-01-01 11:00:00"), Utc("2026-01-01 10:00:00"));
        Assert.Equal(recorded, TimerClock.Resume(hourly, recorded, Utc("2026-01-01 14:30:00")));
        var daily = TimerSchedule.Parse("0 0 12 * * *", TimeZoneInfo.Utc)!;
        Assert.Equal(Utc("2026-01-02 12:00:00"), TimerClock.Resume(daily, recorded, Utc("2026-01-01 14:30:00"))!.Next);
        Assert.Equal(Utc("2026-01-01 12:00:00"), TimerClock.Resume(daily, recorded, Utc("2026-01-01 10:30:00"))!.Next);
    }

    [Fact]
    public void A_run_a_little_early_is_not_repeated()
    {
        var hourly = TimerSchedule.Parse("0 0 * * * *", TimeZoneInfo.Utc)!;
        var before = new TimerStatus(null, Utc("2026-01-01 11:00:00"), Utc("2026-01-01 10:00:00"));
        Assert.Equal(Utc("2026-01-01 12:00:00"), TimerClock.After(hourly, before, Utc("2026-01-01 10:59:59"), isScheduled: true)!.Next);
    }

    private static DateTimeOffset Utc(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Occurrences(TimerSchedule schedule, DateTimeOffset after, int count, TimeZoneInfo zone,
        string format = "yyyy-MM-dd HH:mm:ss")
    {
        var found = new List<string>();
        for (var next = schedule.Next(after); found.Count < count; next = schedule.Next(next.Value))
            found.Add(TimeZoneInfo.ConvertTime(next!.Value, zone).ToString(format, CultureInfo.InvariantCulture));
        return string.Join(" | ", found);
    }
}
