using System.Globalization;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Monitoring;

/// <summary>The running app, a real Prometheus over our rules, a real Alertmanager, and somebody who is called.</summary>
public sealed class PrometheusTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Prometheus_scrapes_the_app_and_what_is_broken_on_purpose_reaches_a_person_once()
    {
        var drop = Directory.CreateTempSubdirectory("pipeline-drop-").FullName;
        Directory.CreateDirectory(Path.Combine(drop, "clicks"));
        using var app = new FunctionApp(
            postgres.CreateDatabase(), "127.0.0.1:1", ("Drop__Root", drop), ("Drop__SettleTime", "00:00:00"));
        using var person = new WebhookReceiver();
        using var alertmanager = new Alertmanager(person.Address);
        using var prometheus = new Prometheus(app.Http.BaseAddress!, alertmanager.Address);
        app.Start();
        await app.ReadyAsync(stopping);
        // Of this minute: a file of old events would be an alert of its own.
        const int rows = 200;
        await File.WriteAllLinesAsync(Path.Combine(drop, "clicks", "a.csv"),
        [
            "timestamp,user_id,campaign_id,creative_id,website,country",
            .. Enumerable.Range(0, rows).Select(i => string.Create(CultureInfo.InvariantCulture,
                $"{DateTimeOffset.UtcNow:yyyy-MM-dd'T'HH:mm:ss'Z'},u{i},c1,cr1,http://192.0.2.7/,DE")),
        ], stopping);

        await HasAsync(app, prometheus, $"pipeline_rows_out_total{{dataset=\"clicks\"}} == {rows} and on () up == 1");
        await HasAsync(app, prometheus, "pipeline_backlog_records{dataset=\"clicks\"} == 0 and on () pipeline_ledger_up == 1");
        await HasAsync(app, prometheus, "pipeline_function_success_age_seconds{function=\"ScanDropFolder\"} < 60");
        await AssertReadableAsync(app);
        Assert.Empty(person.Alerts);

        File.CreateSymbolicLink(Path.Combine(drop, "clicks", "lost.csv"), Path.Combine(drop, "nowhere"));
        await app.EventuallyAsync(() => Task.FromResult(person.Alerts.Count > 0), stopping);
        var alert = Assert.Single(person.Alerts);
        Assert.Equal("firing", alert.GetProperty("status").GetString());
        Assert.Equal(
            ("PipelineAlertOpen", "critical", "clicks", "file_unread"),
            (Label("alertname"), Label("severity"), Label("dataset"), Label("code")));
        Assert.Equal(
            "docs/runbooks/prometheus-alerts.md#pipelinealertopen", alert.GetProperty("annotations").GetProperty("runbook_url").GetString());
        app.Kill();
        Directory.Delete(drop, recursive: true);

        string? Label(string name) => alert.GetProperty("labels").GetProperty(name).GetString();
    }

    private Task HasAsync(FunctionApp app, Prometheus prometheus, string expression) =>
        app.EventuallyAsync(async () => (await prometheus.QueryAsync(app.Http, expression, stopping)).Count > 0, stopping);

    // Prometheus' own linter, over its text format; and OpenMetrics where it is asked for.
    private async Task AssertReadableAsync(FunctionApp app)
    {
        var plain = await app.Http.GetAsync("/metrics", stopping);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", plain.Content.Headers.ContentType!.ToString());
        Assert.Equal((0, ""), ServerPrograms.Run("promtool", await plain.Content.ReadAsStringAsync(stopping), "check", "metrics"));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        var open = await app.Http.SendAsync(request, stopping);
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", open.Content.Headers.ContentType!.ToString());
        Assert.EndsWith("\n# EOF\n", await open.Content.ReadAsStringAsync(stopping), StringComparison.Ordinal);
    }
}
