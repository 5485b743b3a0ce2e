using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Tests.Unit.SampleData;

/// <summary>The timestamps the contract takes, by a regular expression and DateTime.</summary>
internal static partial class SampleTime
{
    /// <summary>The code of a refusal, empty for none; and the instant in UTC, cut to microseconds.</summary>
    public static (string Code, DateTime Utc) Parse(string text)
    {
        var form = Form().Match(text);
        if (!form.Success) return ("bad_timestamp", default);
        if (!DateTime.TryParseExact(
                form.Groups["clock"].Value.Replace('t', 'T').Replace(' ', 'T'), "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture,
                DateTimeStyles.None, out var time)) return ("bad_timestamp", default);
        if (!form.Groups["zone"].Success) return ("timestamp_without_zone", default);
        var micros = long.Parse(form.Groups["fraction"].Value.PadRight(6, '0')[..6], CultureInfo.InvariantCulture);
        var offset = Offset(form.Groups["zone"].Value);
        if (offset is not { } ahead) return ("bad_timestamp", default);
        var ticks = time.Ticks + micros * TimeSpan.TicksPerMicrosecond - ahead.Ticks;
        return ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks
            ? ("out_of_range", default)
            : ("", new DateTime(ticks, DateTimeKind.Utc));
    }

    private static TimeSpan? Offset(string zone)
    {
        if (zone is "Z" or "z") return TimeSpan.Zero;
        var digits = zone[1..].Replace(":", "").PadRight(4, '0');
        var (hours, minutes) = (int.Parse(digits[..2], CultureInfo.InvariantCulture), int.Parse(digits[2..], CultureInfo.InvariantCulture));
        if (hours > 23 || minutes > 59) return null;
        return new TimeSpan(hours, minutes, 0) * (zone[0] == '-' ? -1 : 1);
    }

    [GeneratedRegex(
        @"\A(?<clock>[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<fraction>[0-9]{1,9}))?"
        + @"(?<zone>[Zz]|[+-][0-9]{2}(:?[0-9]{2})?)?\z")]
    private static partial Regex Form();
}
