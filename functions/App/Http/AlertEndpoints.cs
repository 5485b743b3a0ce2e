using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Contracts;
using Pipeline.Sinks.Alerting;

namespace Pipeline.App.Http;

/// <summary>GET /api/alerts, POST /api/alerts/test and POST /api/alerts/{id}/resolve.</summary>
public sealed class AlertEndpoints(ContractSet contracts, AlertList alerts, TestAlerts test)
{
    private const int UsualLimit = 50;
    private const int MaxLimit = 500;
    private const int MaxReasonCharacters = 1000;

    /// <summary>Alerts, the newest first.</summary>
    [Function("ListAlerts")]
    public async Task<IActionResult> ListAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/alerts")] HttpRequest request, CancellationToken stopping)
    {
        var faults = new List<string>();
        var state = (string?)request.Query["state"] ?? "open";
        if (state is not ("open" or "resolved" or "all")) faults.Add($"'state' is '{state}'; write open, resolved or all.");
        var dataset = (string?)request.Query["dataset"];
        var known = contracts.Contracts.Select(contract => contract.Dataset).ToList();
        if (dataset is { Length: > 0 } && !known.Contains(dataset))
            faults.Add($"'dataset' is '{dataset}'; write one of {string.Join(", ", known)}.");
        var limit = Number(request, "limit", UsualLimit, MaxLimit, faults);
        var before = Number(request, "before", long.MaxValue, long.MaxValue, faults);
        if (faults.Count > 0) return Problems.Of(faults);
        var found = await alerts.ReadAsync(state == "all" ? null : state == "open", dataset, (int)limit, before, stopping);
        return new JsonResult(new AlertsAnswer(found, found.Count == limit ? found[^1].Id : null));
    }

    /// <summary>Sends a test alert, and says what came of it on each channel.</summary>
    [Function("TestAlerts")]
    public async Task<IActionResult> TestAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/alerts/test")] HttpRequest request, CancellationToken stopping)
    {
        var faults = new List<string>();
        if (await JsonBody.ReadAsync(request.Body, ["channel"], faults, stopping) is not { } order) return Problems.Of(faults);
        var channel = JsonBody.OptionalText(order, "channel", "the name of a channel, or leave it out for all that routes lead to", faults);
        if (test.Channels.Count == 0) faults.Add("The settings have no channel; set Alerts:Channels:NAME:Kind and what that kind needs.");
        else if (channel is not null && !test.Channels.Contains(channel))
            faults.Add($"'channel' is '{channel}'; the settings have {string.Join(", ", test.Channels)}.");
        return faults.Count > 0 ? Problems.Of(faults) : new JsonResult(new TestAnswer(await test.RunAsync(channel, stopping)));
    }

    /// <summary>Ends an alert by hand.</summary>
    [Function("ResolveAlert")]
    public async Task<IActionResult> ResolveAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/alerts/{id:long}/resolve")] HttpRequest request, long id,
        CancellationToken stopping)
    {
        var faults = new List<string>();
        if (await JsonBody.ReadAsync(request.Body, ["reason"], faults, stopping) is not { } order) return Problems.Of(faults);
        var reason = JsonBody.Text(order, "reason", "why it is over, in your words", faults);
        if (reason?.Length > MaxReasonCharacters)
            faults.Add($"'reason' has {reason.Length} characters; write at most {MaxReasonCharacters}.");
        if (faults.Count > 0) return Problems.Of(faults);
        var ended = await alerts.ResolveAsync(id, "POST /api/alerts", reason!, stopping);
        return await alerts.FindAsync(id, stopping) is not { } alert ? Problems.NotFound($"There is no alert {id}.")
            : ended ? new JsonResult(alert) : Problems.Conflict($"Alert {id} was resolved at {alert.ResolvedAt:yyyy-MM-ddTHH:mm:ssZ}.");
    }

    private static long Number(HttpRequest request, string name, long usual, long max, List<string> faults)
    {
        if ((string?)request.Query[name] is not { } text) return usual;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max)
            return number;
        faults.Add($"'{name}' is '{text}'; write a number from 1 to {max}.");
        return usual;
    }
}

/// <summary>The body of GET /api/alerts.</summary>
/// <param name="NextBefore">What to ask for next; null when this is all.</param>
public sealed record AlertsAnswer(
    [property: JsonPropertyName("alerts")] IReadOnlyList<AlertStatus> Alerts, [property: JsonPropertyName("next_before")] long? NextBefore);

/// <summary>The body of POST /api/alerts/test's answer.</summary>
public sealed record TestAnswer([property: JsonPropertyName("channels")] IReadOnlyList<ChannelTest> Channels);
