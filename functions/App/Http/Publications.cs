using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Http;

/// <summary>GET /api/publications?dataset=…&amp;before=…&amp;limit=…: what was published lately, the newest first, of one
/// dataset or of all.</summary>
public sealed class Publications(ContractSet contracts, PublicationList publications)
{
    [Function(nameof(Publications))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/publications")] HttpRequest request, CancellationToken stopping)
    {
        var faults = new List<string>();
        var dataset = (string?)request.Query["dataset"];
        if (dataset is not null && contracts.Find(dataset) is null)
        {
            var known = string.Join(", ", contracts.Contracts.Select(contract => contract.Dataset));
            faults.Add($"'dataset' is '{dataset}'; write one of {known}, or leave it out.");
        }
        var limit = QueryValues.Limit(request, faults);
        var before = QueryValues.Before(request, faults);
        if (faults.Count > 0) return Problems.Of(faults);
        var found = await publications.ReadAsync(dataset, before, limit, stopping);
        return new JsonResult(new PublicationsAnswer(dataset, found, found.Count == limit ? found[^1].Id : null));
    }
}

/// <summary>The body of GET /api/publications.</summary>
/// <param name="Dataset">Null for all.</param>
/// <param name="NextBefore">Ask with <c>before</c> set to this for the next ones; null at the end.</param>
public sealed record PublicationsAnswer(
    [property: JsonPropertyName("dataset")] string? Dataset,
    [property: JsonPropertyName("publications")] IReadOnlyList<PublicationStatus> Publications,
    [property: JsonPropertyName("next_before")] long? NextBefore);
