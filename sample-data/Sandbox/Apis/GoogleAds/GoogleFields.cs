using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>What one row speaks of: as far down as its resource goes.</summary>
/// <param name="Day">Null in rows over several days and in rows of entities.</param>
internal sealed record GoogleRow(AdAccount Customer, AdCampaign? Campaign, AdGroup? Group, Ad? Ad, DateOnly? Day, AdFigures Figures);

/// <summary>The fields that can be selected, with their values as REST writes them: int64 as a text, zero and unset not at all.</summary>
internal static class GoogleFields
{
    private static readonly Dictionary<string, Func<GoogleRow, JsonNode?>> Values = new()
    {
        ["customer.id"] = row => row.Customer.Id,
        ["customer.descriptive_name"] = row => row.Customer.Name,
        ["customer.currency_code"] = row => row.Customer.Currency,
        ["customer.time_zone"] = row => row.Customer.TimeZone,
        ["customer.status"] = row => row.Customer.Status,
        ["customer.resource_name"] = row => $"customers/{row.Customer.Id}",
        ["campaign.id"] = row => row.Campaign?.Id,
        ["campaign.name"] = row => row.Campaign?.Name,
        ["campaign.status"] = row => row.Campaign?.Status,
        ["campaign.advertising_channel_type"] = row => row.Campaign?.Kind,
        ["campaign.resource_name"] = row => $"customers/{row.Customer.Id}/campaigns/{row.Campaign?.Id}",
        ["ad_group.id"] = row => row.Group?.Id,
        ["ad_group.name"] = row => row.Group?.Name,
        ["ad_group.status"] = row => row.Group?.Status,
        ["ad_group.resource_name"] = row => $"customers/{row.Customer.Id}/adGroups/{row.Group?.Id}",
        ["ad_group_ad.ad.id"] = row => row.Ad?.Id,
        ["ad_group_ad.ad.name"] = row => row.Ad?.Name,
        ["ad_group_ad.status"] = row => row.Ad?.Status,
        ["ad_group_ad.resource_name"] = row => $"customers/{row.Customer.Id}/adGroupAds/{row.Group?.Id}~{row.Ad?.Id}",
        ["segments.date"] = row => row.Day is { } day ? $"{day:O}" : null,
        ["metrics.impressions"] = row => Whole(row.Figures.Impressions),
        ["metrics.clicks"] = row => Whole(row.Figures.Clicks),
        ["metrics.interactions"] = row => Whole(row.Figures.Clicks),
        ["metrics.cost_micros"] = row => Whole(row.Figures.CostMicros),
        ["metrics.conversions"] = row => Part(row.Figures.ConversionMicros),
        ["metrics.conversions_value"] = row => Part(row.Figures.ValueMicros),
        ["metrics.all_conversions"] = row => Part(row.Figures.ConversionMicros),
        ["metrics.all_conversions_value"] = row => Part(row.Figures.ValueMicros),
        ["metrics.view_through_conversions"] = _ => null,
    };

    private static readonly Dictionary<string, string[]> Selectable = new()
    {
        ["customer"] = ["customer", "segments", "metrics"],
        ["campaign"] = ["customer", "campaign", "segments", "metrics"],
        ["ad_group"] = ["customer", "campaign", "ad_group", "segments", "metrics"],
        ["ad_group_ad"] = ["customer", "campaign", "ad_group", "ad_group_ad", "segments", "metrics"],
    };

    /// <summary>Refuses a resource and fields that cannot be asked for.</summary>
    /// <exception cref="GoogleRefusal">A query error.</exception>
    public static void Check(Gaql query)
    {
        if (!Selectable.TryGetValue(query.Resource, out var resources))
            throw GoogleRefusal.Query("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", $"Error in query: {query.Resource} is not a valid resource name.");
        foreach (var field in query.Fields.Concat(query.Conditions.Select(condition => condition.Field)))
        {
            if (!Values.ContainsKey(field)) throw GoogleRefusal.Query("UNRECOGNIZED_FIELD", $"Unrecognized field in the query: '{field}'.");
            if (!resources.Contains(field.Split('.')[0]))
                throw GoogleRefusal.Query("PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE", $"Cannot select '{field}' from resource {query.Resource}.");
        }
    }

    /// <summary>The row as JSON: only what was selected, and resource names unless they are omitted.</summary>
    public static JsonObject Write(Gaql query, GoogleRow row)
    {
        var json = new JsonObject();
        var fields = query.OmitResourceNames
            ? query.Fields
            : query.Fields.Select(field => $"{field.Split('.')[0]}.resource_name").Distinct().Where(Values.ContainsKey).Concat(query.Fields);
        foreach (var field in fields)
        {
            if (Values[field](row) is { } value) Place(json, field, value);
        }

        return json;
    }

    /// <summary>The value of a field as text; empty when unset.</summary>
    public static string Text(string field, GoogleRow row) =>
        Values[field](row)?.ToString() ?? (field.StartsWith("metrics.", StringComparison.Ordinal) ? "0" : "");

    /// <summary>The name in JSON: <c>ad_group_ad</c> is <c>adGroupAd</c>.</summary>
    public static string Camel(string name)
    {
        var words = name.Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    private static void Place(JsonObject json, string field, JsonNode value)
    {
        var path = field.Split('.');
        foreach (var name in path[..^1])
        {
            if (json[Camel(name)] is not JsonObject inner) json[Camel(name)] = inner = [];
            json = inner;
        }

        json[Camel(path[^1])] = value;
    }

    private static JsonNode? Whole(long number) => number == 0 ? null : JsonValue.Create(number.ToString(CultureInfo.InvariantCulture));

    private static JsonNode? Part(long micros) => micros == 0 ? null : JsonValue.Create(micros / 1_000_000m);
}
