using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;

namespace Pipeline.LocalHost.Durable.Http;

/// <summary>Instances and their links as the management API writes them.</summary>
internal static class InstanceJson
{
    public static JsonObject Of(OrchestrationMetadata instance, bool showInput) => new()
    {
        ["name"] = instance.Name,
        ["instanceId"] = instance.InstanceId,
        ["runtimeStatus"] = instance.RuntimeStatus.ToString(),
        ["input"] = showInput ? Value(instance.SerializedInput) : null,
        ["customStatus"] = Value(instance.SerializedCustomStatus),
        ["output"] = Value(instance.SerializedOutput),
        ["createdTime"] = Time(instance.CreatedAt),
        ["lastUpdatedTime"] = Time(instance.LastUpdatedAt),
    };

    /// <summary>The management URLs of an instance below a root; the query string carries the key on.</summary>
    public static JsonObject Links(string root, string id, string query)
    {
        var instance = $"{root}/instances/{Uri.EscapeDataString(id)}";
        var more = query.Length > 1 ? "&" + query[1..] : "";
        return new()
        {
            ["id"] = id,
            ["statusQueryGetUri"] = instance + query,
            ["sendEventPostUri"] = $"{instance}/raiseEvent/{{eventName}}{query}",
            ["terminatePostUri"] = $"{instance}/terminate?reason={{text}}{more}",
            ["purgeHistoryDeleteUri"] = instance + query,
            ["restartPostUri"] = $"{instance}/restart{query}",
            ["suspendPostUri"] = $"{instance}/suspend?reason={{text}}{more}",
            ["resumePostUri"] = $"{instance}/resume?reason={{text}}{more}",
        };
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    // A failure's message is plain text and becomes a JSON string.
    private static JsonNode? Value(string? text)
    {
        try
        {
            return text is null ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
