using System.Globalization;
using System.Text.Json;
using Pipeline.Domain.Slices;

namespace Pipeline.Sources.Facebook;

/// <summary>What one report asks for.</summary>
/// <param name="Level"><c>campaign</c> or <c>ad</c>: the grain of its rows.</param>
/// <param name="FilterField">What <paramref name="Ids"/> are ids of: <c>campaign.id</c>, <c>adset.id</c>, <c>ad.id</c>; null for no filter.</param>
public sealed record ReportQuestion(
    string Level, DateOnly From, DateOnly To, IReadOnlyList<string> Fields, string? FilterField = null, IReadOnlyList<string>? Ids = null)
{
    /// <summary>The fields that identify a row of a level; every report has them, however its fields are cut.</summary>
    public static IReadOnlyList<string> KeyFields(string level) =>
        level == "campaign" ? ["account_id", "campaign_id", "date_start"] : ["account_id", "campaign_id", "adset_id", "ad_id", "date_start"];

    /// <summary>All fields of a level.</summary>
    /// <remarks>No action_breakdowns: the usual ones change what is counted against Ads Manager.</remarks>
    public static IReadOnlyList<string> AllFields(string level) =>
    [
        .. KeyFields(level), "date_stop", "account_currency", "campaign_name", .. level == "ad" ? new[] { "adset_name", "ad_name" } : [],
        "impressions", "clicks", "inline_link_clicks", "spend", "reach", "actions", "action_values",
    ];

    /// <summary>The question for a window of a stream.</summary>
    public static ReportQuestion Of(SliceWindow window) => new(window.Stream, window.From, window.To, AllFields(window.Stream));

    /// <summary>The parameters of the call.</summary>
    public IReadOnlyDictionary<string, string> ToParameters()
    {
        var parameters = new Dictionary<string, string>
        {
            ["level"] = Level, ["fields"] = string.Join(',', Fields), ["time_increment"] = "1", ["time_range"] = TimeRange(From, To),
            ["use_unified_attribution_setting"] = "true",
        };
        if (FilterField is not null)
            parameters["filtering"] = JsonSerializer.Serialize(new[] { new { field = FilterField, @operator = "IN", value = Ids } });
        return parameters;
    }

    /// <summary>Days as Meta takes them, both included.</summary>
    public static string TimeRange(DateOnly from, DateOnly to) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"since":"{{from:yyyy-MM-dd}}","until":"{{to:yyyy-MM-dd}}"}""");
}
