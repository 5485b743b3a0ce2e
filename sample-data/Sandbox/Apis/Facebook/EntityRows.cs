using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>Campaigns, ad sets and ads with their names.</summary>
internal static class EntityRows
{
    private static readonly string[] Known =
        ["id", "name", "status", "effective_status", "account_id", "campaign_id", "adset_id", "objective", "created_time", "updated_time"];

    /// <summary>Rows of a list, <c>campaigns</c>, <c>adsets</c> or <c>ads</c>; the id is always among the fields.</summary>
    /// <exception cref="GraphRefusal">Code 100: there is no such field.</exception>
    public static List<JsonObject> Of(AdAccount account, string list, string fields)
    {
        var asked = fields.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (asked.Except(Known).FirstOrDefault() is { } unknown) throw GraphRequest.Invalid($"Tried accessing nonexisting field ({unknown})");
        var rows = list switch
        {
            "campaigns" => account.Campaigns.Select(campaign => Row(campaign.Id, campaign.Name, campaign.Status, null, null)),
            "adsets" => account.Campaigns.SelectMany(campaign => campaign.Groups.Select(group => Row(group.Id, group.Name, group.Status, campaign, null))),
            _ => account.Campaigns.SelectMany(campaign => campaign.Groups.SelectMany(group =>
                group.Ads.Select(ad => Row(ad.Id, ad.Name, ad.Status, campaign, group)))),
        };
        return [.. rows];

        JsonObject Row(string id, string name, string status, AdCampaign? campaign, AdGroup? group)
        {
            var row = new JsonObject
            {
                ["name"] = name, ["status"] = status, ["effective_status"] = status, ["account_id"] = account.Id,
                ["campaign_id"] = campaign?.Id, ["adset_id"] = group?.Id,
            };
            foreach (var field in row.Where(each => each.Value is null || !asked.Contains(each.Key)).Select(each => each.Key).ToList()) row.Remove(field);
            row["id"] = id;
            return row;
        }
    }
}
