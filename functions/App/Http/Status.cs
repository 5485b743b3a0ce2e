using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Http;

/// <summary>GET /api/status: where every dataset stands.</summary>
public sealed class Status(ContractSet contracts, StatusReader status)
{
    [Function(nameof(Status))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/status")] HttpRequest request, CancellationToken stopping)
    {
        var datasets = await status.ReadAsync(contracts.Contracts, stopping);
        return new JsonResult(new StatusAnswer(datasets, await status.OpenAlertsAsync(stopping)));
    }
}

/// <summary>The body of GET /api/status.</summary>
public sealed record StatusAnswer(
    [property: JsonPropertyName("datasets")] IReadOnlyList<DatasetStatus> Datasets, [property: JsonPropertyName("alerts_open")] long AlertsOpen);
