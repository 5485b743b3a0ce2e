using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>A condition of a query; all of them hold together.</summary>
/// <param name="Operator"><c>=</c>, <c>!=</c>, <c>&gt;</c>, <c>&gt;=</c>, <c>&lt;</c>, <c>&lt;=</c>, <c>IN</c> or <c>BETWEEN</c>.</param>
internal sealed record GaqlCondition(string Field, string Operator, IReadOnlyList<string> Values);

/// <summary>The part of the Google Ads Query Language that is played: SELECT, FROM, WHERE, LIMIT, PARAMETERS; ORDER BY is passed over.</summary>
/// <param name="OmitResourceNames">Resource names only where they are selected.</param>
/// <remarks>https://developers.google.com/google-ads/api/docs/query/grammar</remarks>
internal sealed partial record Gaql(
    IReadOnlyList<string> Fields, string Resource, IReadOnlyList<GaqlCondition> Conditions, int? Limit, bool OmitResourceNames)
{
    /// <summary>First and last day asked for, both included; null when the query names no days.</summary>
    public (DateOnly From, DateOnly To)? Days
    {
        get
        {
            var from = DateOnly.MinValue;
            var to = DateOnly.MaxValue;
            foreach (var (_, sign, values) in Conditions.Where(condition => condition.Field == "segments.date"))
            {
                var first = Day(values[0]);
                if (sign is "=" or ">=" or "BETWEEN") from = first;
                if (sign is "=" or "<=") to = first;
                if (sign is "BETWEEN") to = Day(values[1]);
            }

            return from == DateOnly.MinValue || to == DateOnly.MaxValue ? null : (from, to);
        }
    }

    /// <summary>Reads a query.</summary>
    /// <exception cref="GoogleRefusal">It is not of the grammar.</exception>
    public static Gaql Parse(string text)
    {
        if (Whole().Match(text) is not { Success: true } match)
            throw GoogleRefusal.Query("UNEXPECTED_INPUT", "Error in query: the query must be SELECT fields FROM resource [WHERE conditions].");
        var fields = match.Groups["fields"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var conditions = match.Groups["where"].Success ? ConditionsOf(match.Groups["where"].Value) : [];
        var limit = match.Groups["limit"].Success ? int.Parse(match.Groups["limit"].Value, CultureInfo.InvariantCulture) : (int?)null;
        var parameters = match.Groups["parameters"].Value.Replace(" ", "", StringComparison.Ordinal);
        var omit = parameters.Contains("omit_unselected_resource_names=true", StringComparison.Ordinal);
        return new(fields, match.Groups["resource"].Value, conditions, limit, omit);
    }

    private static List<GaqlCondition> ConditionsOf(string text)
    {
        var conditions = new List<GaqlCondition>();
        var at = 0;
        foreach (Match match in Condition().Matches(text))
        {
            if (match.Index != at) break;
            at = match.Index + match.Length;
            var values = match.Groups["value"].Captures.Select(value => value.Value.Trim('\'', '"'));
            conditions.Add(new(match.Groups["field"].Value, match.Groups["sign"].Value.ToUpperInvariant(), [.. values]));
        }

        return at == text.Length
            ? conditions
            : throw GoogleRefusal.Query("UNEXPECTED_INPUT", $"Error in WHERE clause: unexpected input at '{text[at..]}'.");
    }

    private static DateOnly Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : throw GoogleRefusal.Query("INVALID_VALUE_WITH_EQUALS_OPERATOR", $"Invalid date '{text}' in WHERE clause; write 'YYYY-MM-DD'.");

    [GeneratedRegex(
        @"^\s*SELECT\s+(?<fields>[\w.,\s]+?)\s+FROM\s+(?<resource>\w+)(\s+WHERE\s+(?<where>.+?))?(\s+ORDER\s+BY\s+[\w.,\s]+?)?"
        + @"(\s+LIMIT\s+(?<limit>\d{1,9}))?(\s+PARAMETERS\s+(?<parameters>.+?))?\s*$",
        RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();

    [GeneratedRegex(
        @"\s*(AND\s+)?(?<field>[\w.]+)\s*((?<sign>=|!=|>=|<=|>|<)\s*(?<value>'[^']*'|""[^""]*""|[\w.-]+)"
        + @"|(?<sign>BETWEEN)\s+(?<value>'[^']*'|""[^""]*"")\s+AND\s+(?<value>'[^']*'|""[^""]*"")"
        + @"|(?<sign>IN)\s*\(\s*((?<value>'[^']*'|""[^""]*""|[\w.-]+)\s*,?\s*)+\))\s*",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Condition();
}
