using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.LocalHost.Settings;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Functions;

public sealed class DurableFunctionTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_orchestration_started_by_http_runs_its_activities_and_is_found_at_its_status_link()
    {
        await using var host = await StartAsync();
        var answer = await host.Http.PostAsJsonAsync("/api/start", new Basket("tea", 3), Stopping);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var payload = (await answer.Content.ReadFromJsonAsync<JsonNode>(Stopping))!;
        Assert.Equal(host.Http.BaseAddress!.Authority, new Uri((string)payload["statusQueryGetUri"]!).Authority);
        var status = await EndedAsync(host, (string)payload["statusQueryGetUri"]!);
        Assert.Equal(("Completed", "tea tea tea"), ((string?)status["runtimeStatus"], (string?)status["output"]));
    }

    [Fact]
    public async Task An_activity_that_fails_reaches_its_orchestrator_as_it_failed()
    {
        await using var host = await StartAsync();
        var answer = await host.Http.PostAsJsonAsync("/api/start", new Basket("", 1), Stopping);
        var payload = (await answer.Content.ReadFromJsonAsync<JsonNode>(Stopping))!;
        var status = await EndedAsync(host, (string)payload["statusQueryGetUri"]!);
        Assert.Equal("System.ArgumentException: nothing to repeat", (string?)status["output"]);
    }

    [Fact]
    public async Task The_check_status_response_has_the_addresses_and_where_to_look()
    {
        await using var host = await StartAsync(
            new() { ["LocalHost:Keys:system"] = "system-key", ["LocalHost:Keys:default"] = "function-key" });
        var answer = await host.Http.PostAsync("/api/check?code=function-key", null, Stopping);
        Assert.Equal((HttpStatusCode.Accepted, "10"), (answer.StatusCode, answer.Headers.RetryAfter!.ToString()));
        Assert.Contains("code=system-key", answer.Headers.Location!.Query, StringComparison.Ordinal);
        var payload = JsonSerializer.Deserialize<JsonNode>(await answer.Content.ReadAsStringAsync(Stopping))!;
        Assert.Equal(answer.Headers.Location.ToString(), (string?)payload["StatusQueryGetUri"]);
        Assert.NotEqual(HttpStatusCode.Unauthorized, (await host.Http.GetAsync(answer.Headers.Location, Stopping)).StatusCode);
        var withFunctionKey = answer.Headers.Location.ToString().Replace("system-key", "function-key", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Http.GetAsync(withFunctionKey, Stopping)).StatusCode);
    }

    [Fact]
    public void Durable_functions_need_a_database() => Assert.Contains(
        "Function 'Repeat' is durable and needs a database for its history: set LocalHost:Postgres.",
        Assert.Throws<StartFaultException>(() => TestHost.Build([typeof(Durable)])).Message, StringComparison.Ordinal);

    private Task<TestHost> StartAsync(Dictionary<string, string?>? settings = null)
    {
        settings ??= [];
        settings["LocalHost:Postgres"] = postgres.CreateDatabase();
        return TestHost.StartAsync([typeof(Durable)], settings: settings);
    }

    private static async Task<JsonNode> EndedAsync(TestHost host, string address)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        for (var answer = await host.Http.GetAsync(address, deadline.Token); ; answer = await host.Http.GetAsync(address, deadline.Token))
        {
            if (answer.StatusCode != HttpStatusCode.Accepted) return (await answer.Content.ReadFromJsonAsync<JsonNode>(deadline.Token))!;
            await Task.Delay(50, deadline.Token);
        }
    }

    public sealed record Basket(string Item, int Count);

    public sealed class Durable(Seen seen)
    {
        [Function("start")]
        public static async Task<IActionResult> Start(
            [HttpTrigger(AuthorizationLevel.Function, "post")] HttpRequest request, [DurableClient] DurableTaskClient client,
            CancellationToken stopping)
        {
            var basket = await request.ReadFromJsonAsync<Basket>(stopping);
            var id = await client.ScheduleNewOrchestrationInstanceAsync("Shopping", basket, stopping);
            var payload = client.CreateHttpManagementPayload(id);
            return new AcceptedResult(payload.StatusQueryGetUri, payload);
        }

        [Function("check")]
        public static async Task<HttpResponseData> Check(
            [HttpTrigger(AuthorizationLevel.Function, "post")] HttpRequestData request, [DurableClient] DurableTaskClient client) =>
            await client.CreateCheckStatusResponseAsync(request,
                await client.ScheduleNewOrchestrationInstanceAsync("Shopping", new Basket("a", 1)));

        [Function("Shopping")]
        public static async Task<string> Shopping([OrchestrationTrigger] TaskOrchestrationContext context, Basket basket,
            FunctionContext function)
        {
            try
            {
                return await context.CallActivityAsync<string>("Repeat", basket);
            }
            catch (TaskFailedException failure)
            {
                return $"{failure.FailureDetails.ErrorType}: {failure.FailureDetails.ErrorMessage}";
            }
        }

        [Function("Repeat")]
        public string Repeat([ActivityTrigger] Basket basket, FunctionContext context)
        {
            seen.Add($"repeat in {context.FunctionDefinition.Name}");
            if (basket.Item.Length == 0) throw new ArgumentException("nothing to repeat");
            return string.Join(' ', Enumerable.Repeat(basket.Item, basket.Count));
        }
    }
}
