using Microsoft.Azure.Functions.Worker;
using Npgsql;
using Pipeline.App.Cli.Doctor;
using Pipeline.Sandbox;
using Pipeline.Tests.Integration.Sinks;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Deployment;

/// <summary>An app with nothing but the settings that are required: no accounts, no queues, no channels, no drop folder.</summary>
public sealed class RequiredSettingsTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_timer_runs_and_none_fails()
    {
        using var cluster = new MockKafkaCluster();
        foreach (var topic in (string[])["user-actions", "ad-impressions", "clicks", "conversions", "bid-requests"]) cluster.CreateTopic(topic, 1);
        var timers = TriggerList.Of<TimerTriggerAttribute>().ToList();
        using var app = new FunctionApp(
            postgres.CreateDatabase(), cluster.Bootstrap,
            [.. timers.Select(timer => TriggerList.SettingOf(timer.Trigger.Schedule)!).Distinct().Select(each => (each, "*/1 * * * * *"))]);
        app.Start();
        await app.ReadyAsync(Stopping);
        await using var ledger = NpgsqlDataSource.Create(app.Database);
        await app.EventuallyAsync(
            async () => (await Ended("runs > 0")).Count == timers.Count || (await Ended("failures > 0")).Count > 0, Stopping);
        Assert.Empty(await Ended("failures > 0"));

        Task<List<string>> Ended(string condition) => Given.LinesAsync(
            ledger, $"SELECT function, last_error FROM pipeline.heartbeat WHERE {condition} AND function = ANY('{{{Names()}}}') ORDER BY 1");

        string Names() => string.Join(',', timers.Select(timer => timer.Function));
    }
}
