using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>What an export or a count is asked for: one event, some project-local days.</summary>
internal sealed record ExportOrder(CleverTapAccount Account, CleverTapEvent Event, DateOnly From, DateOnly To)
{
    /// <summary>The slice as counters name it.</summary>
    public string Slice => $"{Event.Name} {From:O}..{To:O}";

    /// <summary>Reads the body of a POST.</summary>
    /// <returns>The order, or the answer that refuses it.</returns>
    public static async Task<(ExportOrder? Order, Answer? Refusal)> ReadAsync(HttpRequest request, CleverTapAccount account)
    {
        if (request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
            return (null, CleverTapFaults.Fail(400, "Content-Type must be application/json", 400));
        try
        {
            var body = await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted) as JsonObject ?? [];
            var name = (string?)body["event_name"] ?? "";
            if (account.Events.FirstOrDefault(each => each.Name == name) is not { } kind) return (null, CleverTapFaults.UnknownEvent(name));
            return Day(body["from"]) is { } from && Day(body["to"]) is { } to && from <= to
                ? (new(account, kind, from, to), null)
                : (null, CleverTapFaults.Fail(400, "from and to must be integers yyyyMMdd, from not after to", 400));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return (null, CleverTapFaults.Fail(400, "Invalid JSON payload", 400));
        }
    }

    private static DateOnly? Day(JsonNode? node) => node is JsonValue value && value.TryGetValue<int>(out var number)
        && DateOnly.TryParseExact(number.ToString(CultureInfo.InvariantCulture), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
        ? day
        : null;
}
