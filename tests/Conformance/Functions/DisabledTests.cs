using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Settings;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Functions;

/// <summary>The setting AzureWebJobs.NAME.Disabled, by which one program is deployed in several roles.</summary>
public sealed class DisabledTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disabled_timer_does_not_fire_until_it_is_asked_for()
    {
        await using var host = await TestHost.StartAsync([typeof(Timers)], settings: new() { ["AzureWebJobs.Off.Disabled"] = "true" });
        await host.Seen.UntilAsync(lines => lines.Count(line => line == "on") >= 3);
        Assert.DoesNotContain("off", host.Seen.Lines);
        await host.Log.UntilAsync("Disabled by settings: Off");
        Assert.Equal(HttpStatusCode.Accepted, (await host.Http.PostAsJsonAsync("/admin/functions/Off", new { }, Stopping)).StatusCode);
        await host.Seen.UntilAsync(lines => lines.Contains("off"));
    }

    [Theory]
    [InlineData("AzureWebJobs.Ask.Disabled", "1", HttpStatusCode.NotFound)]
    [InlineData("AzureWebJobs_Ask_Disabled", "True", HttpStatusCode.NotFound)]
    [InlineData("AzureWebJobs.Ask.Disabled", "false", HttpStatusCode.OK)]
    public async Task A_disabled_http_function_is_not_found(string setting, string value, HttpStatusCode answer)
    {
        await using var host = await TestHost.StartAsync([typeof(Asked)], settings: new() { [setting] = value });
        Assert.Equal(answer, (await host.Http.GetAsync("/api/Ask", Stopping)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.PostAsJsonAsync("/admin/functions/Ask", new { }, Stopping)).StatusCode);
    }

    [Fact]
    public void What_a_disabled_function_lacks_does_not_stop_the_start()
    {
        Assert.Contains("'NoTopic', which is missing", Assert.Throws<StartFaultException>(() => TestHost.Build([typeof(Stream)])).Message, StringComparison.Ordinal);
        Assert.NotNull(TestHost.Build([typeof(Stream)], settings: new() { ["AzureWebJobs.Land.Disabled"] = "true" }));
    }

    [Fact]
    public async Task A_host_whose_durable_functions_are_disabled_starts_work_and_leaves_it_to_others()
    {
        var database = postgres.CreateDatabase();
        var off = new Dictionary<string, string?>
        {
            ["LocalHost:Postgres"] = database, ["AzureWebJobs.Whole.Disabled"] = "true", ["AzureWebJobs.Part.Disabled"] = "true",
        };
        await using var client = await TestHost.StartAsync([typeof(Work), typeof(Starts)], settings: off);
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add(await client.Services.GetRequiredService<DurableTaskClient>().ScheduleNewOrchestrationInstanceAsync("Whole", Stopping));
        await using var worker = await TestHost.StartAsync([typeof(Work)], settings: new() { ["LocalHost:Postgres"] = database });
        foreach (var id in ids)
        {
            var ended = await worker.Services.GetRequiredService<DurableTaskClient>().WaitForInstanceCompletionAsync(id, true, Stopping);
            Assert.Equal((OrchestrationRuntimeStatus.Completed, "\"done\""), (ended.RuntimeStatus, ended.SerializedOutput));
        }

        Assert.Empty(client.Seen.Lines);
        Assert.Equal(5, worker.Seen.Lines.Count);
    }

    [Fact]
    public void Disabling_some_orchestrators_is_refused_because_their_work_would_be_taken_and_failed() => Assert.Contains(
        "Of the orchestrators, Whole is disabled and Other is not; disable all of them or none.",
        Assert.Throws<StartFaultException>(() => TestHost.Build([typeof(Work), typeof(More)], settings: new()
        {
            ["LocalHost:Postgres"] = "Host=127.0.0.1", ["AzureWebJobs.Whole.Disabled"] = "true",
        })).Message, StringComparison.Ordinal);

    public sealed class Timers(Seen seen)
    {
        [Function("On")]
        public void On([TimerTrigger("00:00:00.1", UseMonitor = false)] TimerInfo timer) => seen.Add("on");

        [Function("Off")]
        public void Off([TimerTrigger("00:00:00.1", UseMonitor = false)] TimerInfo timer) => seen.Add("off");
    }

    public sealed class Asked
    {
        [Function("Ask")]
        public IResult Ask([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Results.Text(request.Method);
    }

    public sealed class Stream
    {
        [Function("Land")]
        public void Land([KafkaTrigger("127.0.0.1:9092", "%NoTopic%", IsBatched = true)] KafkaRecord[] records) { }
    }

    public sealed class Work(Seen seen)
    {
        [Function("Whole")]
        public static Task<string> WholeAsync([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync<string>("Part");

        [Function("Part")]
        public string Part([ActivityTrigger] string? input)
        {
            seen.Add("part");
            return "done";
        }
    }

    public sealed class Starts
    {
        [Function("Start")]
        public Task<string> StartAsync([TimerTrigger("1.00:00:00", UseMonitor = false)] TimerInfo timer, [DurableClient] DurableTaskClient client) =>
            client.ScheduleNewOrchestrationInstanceAsync("Whole");
    }

    public sealed class More
    {
        [Function("Other")]
        public static Task OtherAsync([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync("Part");
    }
}
