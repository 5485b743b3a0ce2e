using System.Globalization;
using System.Text.Json;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>What an insights call asks for.</summary>
/// <param name="Level"><c>account</c>, <c>campaign</c>, <c>adset</c> or <c>ad</c>.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day, included.</param>
/// <param name="ByDay">A row for each day; otherwise one for all of them.</param>
/// <param name="Breakdowns">Further columns that rows are split by.</param>
/// <param name="Windows">Attribution windows that actions show beside their value.</param>
/// <param name="Filters">Ids that a level's id must be among.</param>
internal sealed record InsightsQuery(
    AdAccount Account,
    string Level,
    DateOnly From,
    DateOnly To,
    bool ByDay,
    IReadOnlyList<string> Fields,
    IReadOnlyList<string> Breakdowns,
    IReadOnlyList<string> Windows,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Filters)
{
    private const int MonthsKept = 37;
    private static readonly string[] Levels = ["account", "campaign", "adset", "ad"];
    private static readonly string[] RemovedWindows = ["7d_view", "28d_view"];

    /// <summary>The slice as counters name it.</summary>
    public string Slice
    {
        get
        {
            var filters = Filters.Select(filter => $" {filter.Key} in {string.Join(',', filter.Value)}");
            var fields = Fields.Count == 1 ? $" {Fields[0]}" : "";
            return $"{Level} {From:O}..{To:O}{string.Concat(filters)}{string.Concat(Breakdowns.Select(name => $" by {name}"))}{fields}";
        }
    }

    /// <summary>Reads and checks the parameters.</summary>
    /// <exception cref="GraphRefusal">One of them is wrong: code 100, 3018 or 2/1504041.</exception>
    public static InsightsQuery Read(GraphRequest request, AdAccount account, DateOnly today)
    {
        var level = request["level"] ?? "account";
        if (!Levels.Contains(level)) throw GraphRequest.Invalid("Param level must be one of {ad, adset, campaign, account}");
        var breakdowns = List(request["breakdowns"]);
        if (breakdowns.Any(name => !InsightsRows.Breakdowns.ContainsKey(name)) || breakdowns.Count > 1)
            throw new GraphRefusal(FacebookFaults.Errors["invalid_breakdowns"]);
        var fields = List(request["fields"]);
        foreach (var field in fields)
        {
            if (!InsightsRows.Known(field)) throw GraphRequest.Invalid($"{field} is not valid for fields param");
        }

        var windows = List(request["action_attribution_windows"]);
        if (windows.FirstOrDefault(RemovedWindows.Contains) is { } removed)
            throw GraphRequest.Invalid($"The attribution window {removed} is no longer available");
        var (from, to) = Range(request["time_range"], today);
        if (from < today.AddMonths(-MonthsKept)) throw new GraphRefusal(FacebookFaults.Errors["too_old"]);
        if (fields is []) fields = ["impressions", "spend"];
        return new(account, level, from, to, IsDaily(request["time_increment"]), fields, breakdowns, windows, FiltersOf(request));
    }

    private static bool IsDaily(string? increment) => increment switch
    {
        "1" => true,
        null or "all_days" => false,
        _ => throw GraphRequest.Invalid("Param time_increment must be 1 or all_days here"),
    };

    private static (DateOnly From, DateOnly To) Range(string? text, DateOnly today)
    {
        if (text is null) return (today.AddDays(-30), today.AddDays(-1));
        try
        {
            var range = JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? [];
            var from = DateOnly.ParseExact(range["since"], "yyyy-MM-dd", CultureInfo.InvariantCulture);
            var to = DateOnly.ParseExact(range["until"], "yyyy-MM-dd", CultureInfo.InvariantCulture);
            return from <= to ? (from, to) : throw GraphRequest.Invalid("Param time_range: since must not be after until");
        }
        catch (Exception error) when (error is JsonException or FormatException or KeyNotFoundException)
        {
            throw GraphRequest.Invalid("Param time_range must be {\"since\":\"YYYY-MM-DD\",\"until\":\"YYYY-MM-DD\"}");
        }
    }

    private static Dictionary<string, IReadOnlyList<string>> FiltersOf(GraphRequest request)
    {
        if (request["filtering"] is not { } text) return [];
        try
        {
            var filters = JsonSerializer.Deserialize<List<Filter>>(text, JsonSerializerOptions.Web) ?? [];
            return filters.ToDictionary(filter => filter.Field, filter => (IReadOnlyList<string>)(filter switch
            {
                { Field: "campaign.id" or "adset.id" or "ad.id", Operator: "IN" } => [.. filter.Value.EnumerateArray().Select(id => id.ToString())],
                _ => throw GraphRequest.Invalid($"Filtering by {filter.Field} {filter.Operator} is not understood here"),
            }));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            throw GraphRequest.Invalid("Param filtering must be an array of {field, operator, value}");
        }
    }

    // A list comes as a JSON array or with commas.
    private static List<string> List(string? text) => text is null
        ? []
        : [.. text.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(each => each.Trim('"'))];

    private sealed record Filter(string Field, string Operator, JsonElement Value);
}
