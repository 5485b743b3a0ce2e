using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>The accounts below the manager: <c>FROM customer_client</c>.</summary>
internal static class CustomerClients
{
    /// <summary>All rows; the manager itself is the first, at level 0.</summary>
    /// <exception cref="GoogleRefusal">A field is unknown.</exception>
    public static List<JsonObject> Of(Gaql query, GoogleManager manager, IReadOnlyList<AdAccount> accounts)
    {
        IEnumerable<Dictionary<string, JsonNode?>> clients =
        [
            Fields(manager.Id, manager.Name, manager.Currency, manager.TimeZone, "ENABLED", isManager: true, level: 0),
            .. accounts.Select(account => Fields(account.Id, account.Name, account.Currency, account.TimeZone, account.Status, isManager: false, level: 1)),
        ];
        return [.. clients.Where(client => query.Conditions.All(condition => Holds(client, condition))).Select(client => Row(query, client))];
    }

    private static Dictionary<string, JsonNode?> Fields(string id, string name, string currency, string zone, string status, bool isManager, int level) => new()
    {
        ["id"] = id, ["descriptive_name"] = name, ["currency_code"] = currency, ["time_zone"] = zone, ["status"] = status,
        ["manager"] = isManager, ["level"] = $"{level}", ["client_customer"] = $"customers/{id}", ["test_account"] = false, ["hidden"] = false,
    };

    // Switches come out even when they are false: the API gives optional members that are set.
    private static JsonObject Row(Gaql query, Dictionary<string, JsonNode?> client)
    {
        var inner = new JsonObject();
        foreach (var field in query.Fields) inner[GoogleFields.Camel(Name(field))] = Value(client, field)?.DeepClone();
        return new() { ["customerClient"] = inner };
    }

    private static bool Holds(Dictionary<string, JsonNode?> client, GaqlCondition condition)
    {
        var text = Value(client, condition.Field)?.ToString() ?? "";
        return condition.Operator switch
        {
            "=" => string.Equals(text, condition.Values[0], StringComparison.OrdinalIgnoreCase),
            "<=" => string.CompareOrdinal(text, condition.Values[0]) <= 0,
            "IN" => condition.Values.Contains(text),
            _ => throw GoogleRefusal.Query("UNEXPECTED_INPUT", $"Operator {condition.Operator} is not understood for {condition.Field}."),
        };
    }

    private static JsonNode? Value(Dictionary<string, JsonNode?> client, string field) => client.TryGetValue(Name(field), out var value)
        ? value
        : throw GoogleRefusal.Query("UNRECOGNIZED_FIELD", $"Unrecognized field in the query: '{field}'.");

    private static string Name(string field) => field.StartsWith("customer_client.", StringComparison.Ordinal) ? field["customer_client.".Length..] : field;
}
