using System.CommandLine;
using System.Globalization;

namespace Pipeline.App.Cli;

/// <summary>Days as options have them.</summary>
internal static class Days
{
    private const string Form = "yyyy-MM-dd";

    /// <summary>An option that is a day.</summary>
    public static Option<DateOnly?> Option(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (DateOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
            result.AddError($"{name} '{text}' is no day; write it as 2026-09-30.");
            return null;
        },
    };

    /// <summary>Makes a verb refuse days that run backwards.</summary>
    public static void Order(Command verb, Option<DateOnly?> from, Option<DateOnly?> to) => verb.Validators.Add(result =>
    {
        if (OptionValue.Of(result, to) < OptionValue.Of(result, from)) result.AddError($"{from.Name} is after {to.Name}.");
    });

    /// <summary>A day as text.</summary>
    public static string Text(DateOnly day) => day.ToString(Form, CultureInfo.InvariantCulture);
}
