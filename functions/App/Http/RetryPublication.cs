using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App.Http;

/// <summary>POST /api/publications/{id}/retry: a publication that was given up is planned again, with the segments it had.</summary>
public sealed class RetryPublication(PublicationLedger ledger, PublicationList publications)
{
    [Function(nameof(RetryPublication))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/publications/{id:long}/retry")] HttpRequest request, long id,
        CancellationToken stopping) =>
        await ledger.PlanAgainAsync(id, stopping) ? new AcceptedResult((string?)null, new { publication = id })
            : !await publications.HasAsync(id, stopping) ? Problems.NotFound($"There is no publication {id}.")
            : Problems.Conflict($"Publication {id} was not given up; GET /api/publications shows those that were, with the state failed.");
}
