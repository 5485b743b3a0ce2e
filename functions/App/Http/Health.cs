using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Npgsql;

namespace Pipeline.App.Http;

/// <summary>GET /health/live and /health/ready, for probes: plain text, 200 or 503.</summary>
public sealed class Health(NpgsqlDataSource ledger)
{
    /// <summary>The program answers.</summary>
    [Function("HealthLive")]
    public IActionResult Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) =>
        new ContentResult { Content = "live\n", ContentType = "text/plain" };

    /// <summary>It can do its work: the ledger answers. <c>/health</c> is the same.</summary>
    [Function("HealthReady")]
    public Task<IActionResult> ReadyAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/ready")] HttpRequest request, CancellationToken stopping) => AnswerAsync(stopping);

    /// <summary>The short form of <c>/health/ready</c>.</summary>
    [Function("Health")]
    public Task<IActionResult> ShortAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request, CancellationToken stopping) => AnswerAsync(stopping);

    private async Task<IActionResult> AnswerAsync(CancellationToken stopping)
    {
        try
        {
            await using var ping = ledger.CreateCommand("SELECT 1");
            await ping.ExecuteScalarAsync(stopping);
            return new ContentResult { Content = "ready\n", ContentType = "text/plain" };
        }
        catch (NpgsqlException error)
        {
            return new ContentResult { StatusCode = 503, Content = $"not ready: the ledger does not answer ({error.SqlState ?? "no connection"})\n", ContentType = "text/plain" };
        }
    }
}
