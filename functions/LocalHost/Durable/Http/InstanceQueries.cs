using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.LocalHost.Durable.Http;

/// <summary>The management API's list and purge of many instances.</summary>
internal static class InstanceQueries
{
    private const string TokenHeader = "x-ms-continuation-token";

    public static async Task<IResult> ListAsync(HttpContext http)
    {
        var query = http.Request.Query;
        if (!TryFilter(query, out var from, out var to, out var statuses, out var fault)) return Results.BadRequest(fault);
        var size = int.TryParse(query["top"], NumberStyles.None, CultureInfo.InvariantCulture, out var top) && top > 0 ? top : 100;
        var showInput = !string.Equals(query["showInput"], "false", StringComparison.OrdinalIgnoreCase);
        var client = http.RequestServices.GetRequiredService<DurableTaskClient>();
        var pages = client.GetAllInstancesAsync(new OrchestrationQuery(
            from, to, statuses, InstanceIdPrefix: query["instanceIdPrefix"], PageSize: size, FetchInputsAndOutputs: true));
        var answer = new JsonArray();
        await foreach (var page in pages.AsPages(Decode(http.Request.Headers[TokenHeader]), size))
        {
            foreach (var instance in page.Values) answer.Add(InstanceJson.Of(instance, showInput));
            if (page.ContinuationToken is { } token)
                http.Response.Headers[TokenHeader] = Convert.ToBase64String(Encoding.UTF8.GetBytes(token));
            break;
        }
        return Results.Json(answer);
    }

    public static async Task<IResult> PurgeAllAsync(HttpContext http)
    {
        if (!TryFilter(http.Request.Query, out var from, out var to, out var statuses, out var fault)) return Results.BadRequest(fault);
        if (from is null) return Results.BadRequest("createdTimeFrom is needed: from when instances are purged.");
        var client = http.RequestServices.GetRequiredService<DurableTaskClient>();
        var purged = await client.PurgeAllInstancesAsync(new PurgeInstancesFilter(from, to, statuses), http.RequestAborted);
        return purged.PurgedInstanceCount == 0
            ? Results.NotFound("No instance matches.")
            : Results.Json(new JsonObject { ["instancesDeleted"] = purged.PurgedInstanceCount });
    }

    // Ids may hold what a header cannot. A token nobody gave out starts from the beginning.
    private static string? Decode(string? token)
    {
        if (string.IsNullOrEmpty(token)) return null;
        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length).Replace("\0", "") : null;
    }

    private static bool TryFilter(
        IQueryCollection query, out DateTimeOffset? from, out DateTimeOffset? to, out List<OrchestrationRuntimeStatus>? statuses,
        out string fault)
    {
        (from, to, statuses, fault) = (null, null, null, "");
        foreach (var name in (string[])["createdTimeFrom", "createdTimeTo"])
        {
            var text = (string?)query[name];
            if (string.IsNullOrEmpty(text)) continue;
            if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                fault = $"{name} '{text}' is not a time: write it as 2026-01-31T00:00:00Z.";
                return false;
            }
            if (name == "createdTimeFrom") from = time;
            else to = time;
        }
        foreach (var text in ((string?)query["runtimeStatus"] ?? "").Split(',',
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Enum.TryParse<OrchestrationRuntimeStatus>(text, ignoreCase: true, out var status))
            {
                fault = $"'{text}' is not a runtime status.";
                return false;
            }
            (statuses ??= []).Add(status);
        }
        return true;
    }
}
