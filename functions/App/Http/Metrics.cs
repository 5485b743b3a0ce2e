using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Pipeline.App.Telemetry;

namespace Pipeline.App.Http;

/// <summary>GET /metrics: what Prometheus scrapes. The ledger's gauges are ten seconds old at most.</summary>
public sealed class Metrics(MetricStore metrics, LedgerGauges gauges, KafkaLag lag)
{
    [Function(nameof(Metrics))]
    public async Task<IActionResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "metrics")] HttpRequest request, CancellationToken stopping)
    {
        await gauges.RefreshAsync(stopping);
        lag.Refresh();
        var openMetrics = request.Headers.Accept.ToString().Contains("application/openmetrics-text", StringComparison.OrdinalIgnoreCase);
        return new ContentResult
        {
            Content = Exposition.Write(metrics.Read(), openMetrics),
            ContentType = openMetrics ? Exposition.OpenMetrics : Exposition.PlainText,
        };
    }
}
