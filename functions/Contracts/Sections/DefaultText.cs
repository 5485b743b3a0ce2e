using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The value of a missing field as a contract writes it.</summary>
internal static partial class DefaultText
{
    /// <summary>The value as JSON; null when it is bad, which is reported.</summary>
    public static string? Read(Section section, YamlNode node, ColumnType? type)
    {
        if (type is not { } known) return null;
        if (node is not YamlText text)
        {
            section.Faults.Add(node, $"'default' of {section.Subject} is {node.Kind}, not a value",
                "write one value: 0, or \"\" for an empty text");
            return null;
        }
        var json = known.Kind switch
        {
            ColumnKind.String => JsonSerializer.Serialize(text.Value),
            ColumnKind.Bool when text is { Plain: true, Value: "true" or "false" } => text.Value,
            ColumnKind.Int64 when text.Plain && IsInt64(text.Value) => text.Value,
            ColumnKind.Float64 when text.Plain && Number().IsMatch(text.Value) => text.Value,
            ColumnKind.Decimal when text.Plain && Fits(Number().Match(text.Value), known) => text.Value,
            _ => null,
        };
        if (json is null)
            section.Faults.Add(text, $"'default' of {section.Subject} is {FaultList.Quote(text.Value)}, and its type is {known}",
                known.Kind is ColumnKind.Timestamp or ColumnKind.Date or ColumnKind.Json
                    ? "remove it; only texts, numbers and truth values have a default"
                    : "write a value of that type; numbers and truth values stand without quotes");
        return json;
    }

    private static bool IsInt64(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) && Number().IsMatch(text);

    private static bool Fits(Match number, ColumnType type) =>
        number.Success && number.Groups[1].Length <= type.Precision - type.Scale + (number.Groups[1].Value == "0" ? 1 : 0)
        && number.Groups[2].Length <= type.Scale;

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]{0,37})(?:\.([0-9]{1,38}))?\z")] private static partial Regex Number();
}
