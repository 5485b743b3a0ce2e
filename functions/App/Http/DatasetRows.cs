using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Contracts;
using Pipeline.Sinks.Lake;

namespace Pipeline.App.Http;

/// <summary>GET /api/datasets/{dataset}/rows?limit=…: the first rows of a new object of the lake, for who has a function key.</summary>
public sealed class DatasetRows(ContractSet contracts, SampleRows rows)
{
    private const int MaxRows = 100;

    [Function(nameof(DatasetRows))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/datasets/{dataset}/rows")] HttpRequest request, string dataset,
        CancellationToken stopping)
    {
        if (contracts.Find(dataset) is null) return Problems.NotFound($"There is no dataset '{dataset}'.");
        var faults = new List<string>();
        var limit = QueryValues.Limit(request, faults, MaxRows);
        if (faults.Count > 0) return Problems.Of(faults);
        return await rows.ReadAsync(dataset, limit, stopping) is { } sample ? new JsonResult(sample)
            : Problems.NotFound($"Nothing of {dataset} is in the lake yet.");
    }
}
