using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Http;

/// <summary>GET /api/datasets/{dataset}/days?from=…&amp;to=…: the calendar of a dataset's date partitions, the last 91 days
/// where it is not said.</summary>
public sealed class DatasetDays(ContractSet contracts, DayReader days, TimeProvider time)
{
    private const int UsualDays = 91;
    private const int MaxDays = 400;

    [Function(nameof(DatasetDays))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/datasets/{dataset}/days")] HttpRequest request, string dataset,
        CancellationToken stopping)
    {
        if (contracts.Find(dataset) is not { } contract) return Problems.NotFound($"There is no dataset '{dataset}'.");
        var faults = new List<string>();
        var to = QueryValues.Day(request, "to", DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), faults);
        var from = QueryValues.Day(request, "from", to.DayNumber >= UsualDays ? to.AddDays(1 - UsualDays) : DateOnly.MinValue, faults);
        if (from > to) faults.Add($"'from' ({from:yyyy-MM-dd}) is after 'to' ({to:yyyy-MM-dd}).");
        else if (to.DayNumber - from.DayNumber >= MaxDays)
            faults.Add($"From {from:yyyy-MM-dd} to {to:yyyy-MM-dd} are more than {MaxDays} days; ask for fewer.");
        if (from.Year < 1000 || to.Year > 9000) faults.Add("Ask for days between the years 1000 and 9000.");
        return faults.Count > 0 ? Problems.Of(faults)
            : new JsonResult(new DaysAnswer(dataset, from, to, await days.ReadAsync(contract, from, to, stopping)));
    }
}

/// <summary>The body of GET /api/datasets/{dataset}/days, the first day first.</summary>
public sealed record DaysAnswer(
    [property: JsonPropertyName("dataset")] string Dataset, [property: JsonPropertyName("from")] DateOnly From,
    [property: JsonPropertyName("to")] DateOnly To,
    [property: JsonPropertyName("days")] IReadOnlyList<DayStatus> Days);
