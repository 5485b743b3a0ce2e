using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Http;

/// <summary>GET /api/publications?dataset=…&amp;limit=…: what was published lately, the newest first.</summary>
public sealed class Publications(ContractSet contracts, PublicationList publications)
{
    private const int UsualLimit = 20;
    private const int MaxLimit = 500;

    [Function(nameof(Publications))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/publications")] HttpRequest request, CancellationToken stopping)
    {
        var faults = new List<string>();
        var known = contracts.Contracts.Select(contract => contract.Dataset).ToArray();
        var dataset = (string?)request.Query["dataset"] ?? "";
        if (!known.Contains(dataset)) faults.Add($"'dataset' is '{dataset}'; write one of {string.Join(", ", known)}.");
        var limit = UsualLimit;
        if ((string?)request.Query["limit"] is { } text
            && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            faults.Add($"'limit' is '{text}'; write a number from 1 to {MaxLimit}.");
        return faults.Count > 0 ? Problems.Of(faults)
            : new JsonResult(new PublicationsAnswer(dataset, await publications.ReadAsync(dataset, limit, stopping)));
    }
}

/// <summary>The body of GET /api/publications.</summary>
public sealed record PublicationsAnswer(
    [property: JsonPropertyName("dataset")] string Dataset,
    [property: JsonPropertyName("publications")] IReadOnlyList<PublicationStatus> Publications);
