using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.App.Orchestrations;
using Pipeline.App.Replays;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Quarantine;

namespace Pipeline.App.Http;

/// <summary>/api/quarantine/{dataset}: what is refused, a masked look at it, and its replay or its end.</summary>
public sealed class Quarantine(
    ContractSet contracts, QuarantineLedger quarantine, QuarantineSamples samples, PlanReplays replays, AuditLog audit)
{
    /// <summary>Records of one sample.</summary>
    public const int UsualSample = 10, MaxSample = 100;

    private static readonly string[] ReplayNames = ["code", "field"];
    private static readonly string[] DiscardNames = ["code", "field", "reason"];

    [Function("GetQuarantine")]
    public async Task<IActionResult> GetAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/quarantine/{dataset}")] HttpRequest request, string dataset,
        CancellationToken stopping) =>
        Find(dataset) is null ? Unknown(dataset) : new JsonResult(await quarantine.ReadAsync(dataset, stopping));

    [Function("SampleQuarantine")]
    public async Task<IActionResult> SampleAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/quarantine/{dataset}/sample")] HttpRequest request, string dataset,
        CancellationToken stopping)
    {
        if (Find(dataset) is not { } contract) return Unknown(dataset);
        var limit = UsualSample;
        if ((string?)request.Query["limit"] is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxSample))
            return Problems.Of([$"'limit' is '{text}'; write a number from 1 to {MaxSample}."]);
        var (code, field) = ((string?)request.Query["code"], (string?)request.Query["field"]);
        await audit.SampleAsync(Actor(request), dataset, code, field, limit, stopping);
        var publications = await quarantine.WithOpenAsync(dataset, code, field, stopping);
        return new JsonResult(new SampleAnswer(await samples.ReadAsync(contract, publications, code, field, limit, stopping)));
    }

    [Function("ReplayQuarantine")]
    public async Task<IActionResult> ReplayAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/quarantine/{dataset}/replay")] HttpRequest request, string dataset,
        [DurableClient] DurableTaskClient client, CancellationToken stopping)
    {
        if (Find(dataset) is null) return Unknown(dataset);
        var faults = new List<string>();
        if (await JsonBody.ReadAsync(request.Body, ReplayNames, faults, stopping) is not { } order) return Problems.Of(faults);
        var code = JsonBody.OptionalText(order, "code", "a code such as wrong_type, or leave it out for all", faults);
        var field = Field(order, faults);
        if (faults.Count > 0) return Problems.Of(faults);
        try
        {
            var plan = await replays.RefusedAsync(dataset, code, field, stopping);
            if (plan.Publications.Count == 0)
                return Problems.Conflict(
                    $"Nothing that {dataset} refused{Of(code, field)} is open, or its replay is under way: look at GET /api/quarantine/{dataset}.");
            await client.StartPublishingAsync(dataset, stopping);
            return new AcceptedResult($"/api/quarantine/{dataset}", new RefusedReplayAnswer(plan.Publications, plan.Records));
        }
        catch (TerminalException refused)
        {
            return Problems.Conflict(refused.Message);
        }
    }

    [Function("DiscardQuarantine")]
    public async Task<IActionResult> DiscardAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/quarantine/{dataset}/discard")] HttpRequest request, string dataset,
        CancellationToken stopping)
    {
        if (Find(dataset) is null) return Unknown(dataset);
        var faults = new List<string>();
        if (await JsonBody.ReadAsync(request.Body, DiscardNames, faults, stopping) is not { } order) return Problems.Of(faults);
        var code = JsonBody.Text(order, "code", "a code such as wrong_type", faults);
        var field = Field(order, faults);
        var reason = JsonBody.Text(order, "reason", "why the records are given up", faults);
        if (faults.Count > 0) return Problems.Of(faults);
        var records = await quarantine.DiscardAsync(dataset, code!, field, Actor(request), reason!, stopping);
        return records > 0 ? new JsonResult(new DiscardAnswer(records))
            : Problems.Conflict($"Nothing that {dataset} refused{Of(code, field)} is open: look at GET /api/quarantine/{dataset}.");
    }

    // A field may be empty: the record as a whole is at fault.
    private static string? Field(System.Text.Json.JsonElement order, List<string> faults) =>
        order.TryGetProperty("field", out var field) && field.ValueKind == System.Text.Json.JsonValueKind.String && field.GetString() is "" ? ""
        : JsonBody.OptionalText(order, "field", "a field's path, or leave it out for all", faults);

    private static string Of(string? code, string? field) =>
        (code is null ? "" : $" as {code}") + (field is null ? "" : field.Length == 0 ? " as a whole" : $" for field '{field}'");

    // Keys have no names that a function sees; the address tells one caller from another.
    private static string Actor(HttpRequest request) => $"http {request.HttpContext.Connection.RemoteIpAddress}";

    private static IActionResult Unknown(string dataset) =>
        Problems.NotFound($"There is no dataset '{dataset}'; GET /api/datasets lists them.");

    private DatasetContract? Find(string dataset) => contracts.Find(dataset);
}

/// <summary>The body of GET /api/quarantine/{dataset}/sample.</summary>
public sealed record SampleAnswer([property: JsonPropertyName("records")] IReadOnlyList<SampledRecord> Records);

/// <summary>The body of POST /api/quarantine/{dataset}/replay: the publications that take the records.</summary>
public sealed record RefusedReplayAnswer(
    [property: JsonPropertyName("publications")] IReadOnlyList<long> Publications, [property: JsonPropertyName("records")] long Records);

/// <summary>The body of POST /api/quarantine/{dataset}/discard.</summary>
public sealed record DiscardAnswer([property: JsonPropertyName("records")] long Records);
