using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Contracts.Yaml;

namespace Pipeline.Contracts.Sections;

/// <summary>A length of time as contracts write it: <c>90m</c>, <c>12h</c>, <c>3d</c>.</summary>
internal static partial class SpanText
{
    /// <summary>The length; null when it is not of that form, zero or too long, which is reported.</summary>
    /// <param name="what">What it is the value of: <c>'window' of dedupe</c>.</param>
    /// <param name="examples">What to write instead.</param>
    public static TimeSpan? Read(YamlText text, string what, int maxDays, string examples, FaultList faults)
    {
        var form = Form().Match(text.Value);
        if (form.Success)
        {
            var number = int.Parse(form.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var span = form.Groups[2].Value switch
            {
                "m" => TimeSpan.FromMinutes(number),
                "h" => TimeSpan.FromHours(number),
                _ => TimeSpan.FromDays(number),
            };
            if (span > TimeSpan.Zero && span <= TimeSpan.FromDays(maxDays)) return span;
        }
        faults.Add(text, $"{what} is {FaultList.Quote(text.Value)}",
            $"write a number of minutes, hours or days, at most {maxDays} days: {examples}");
        return null;
    }

    [GeneratedRegex(@"\A([0-9]{1,6})([mhd])\z")] private static partial Regex Form();
}
