using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Durable;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>The HTTP management API.</summary>
public sealed class ManagementTests(PostgresServer postgres) : IAsyncLifetime
{
    private WebApplication app = null!;
    private HttpClient http = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DurableTaskClient Client => app.Services.GetRequiredService<DurableTaskClient>();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IDurableFunctions>(new LambdaFunctions()
            .Orchestrator("Quick", context => Task.FromResult(context.GetInput<string>()))
            .Orchestrator<int>("Fails", _ => throw new FormatException("wrong"))
            .Orchestrator("Waits", context => context.WaitForExternalEvent<string>("go")));
        builder.Services.AddDurableEngine(new(), postgres.CreateDatabase());
        app = builder.Build();
        app.MapDurableManagement(request => request.Query["code"] == "key");
        await app.StartAsync(Stop);
        http = new HttpClient { BaseAddress = new Uri(app.Urls.First() + "/runtime/webhooks/durabletask/") };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }

    private async Task<string> StartAsync(string name, object? input = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(name, input, Stop);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        if (name == "Waits") await Client.WaitForInstanceStartAsync(id, deadline.Token);
        else await Client.WaitForInstanceCompletionAsync(id, deadline.Token);
        return id;
    }

    private async Task<HttpStatusCode> PostAsync(string path, string? body = null) =>
        (await http.PostAsync(path, body is null ? null : new StringContent(body), Stop)).StatusCode;

    [Fact]
    public async Task The_status_of_an_ended_instance_is_200_with_its_data()
    {
        var id = await StartAsync("Quick", "x");
        var body = await http.GetFromJsonAsync<JsonElement>($"instances/{id}?code=key", Stop);
        Assert.Equal(
            ["name", "instanceId", "runtimeStatus", "input", "customStatus", "output", "createdTime", "lastUpdatedTime"],
            body.EnumerateObject().Select(property => property.Name));
        Assert.Equal(("Quick", "Completed", "x"), (
            body.GetProperty("name").GetString(), body.GetProperty("runtimeStatus").GetString(), body.GetProperty("output").GetString()));
    }

    [Fact]
    public async Task The_status_of_a_running_instance_is_202_with_where_to_look_again()
    {
        var answer = await http.GetAsync($"instances/{await StartAsync("Waits")}?code=key", Stop);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(answer.RequestMessage!.RequestUri, answer.Headers.Location);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_failed_instance_is_200_or_500_when_asked_and_its_output_is_the_message()
    {
        var id = await StartAsync("Fails");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"instances/{id}?code=key", Stop)).StatusCode);
        var answer = await http.GetAsync($"instances/{id}?code=key&returnInternalServerErrorOnFailure=true", Stop);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("wrong", (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("output").GetString());
    }

    [Fact]
    public async Task Nothing_is_told_or_done_without_the_key()
    {
        var id = await StartAsync("Waits");
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync($"instances/{id}", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync($"instances/{id}/terminate?code=wrong"));
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await Client.GetInstanceAsync(id, Stop))!.RuntimeStatus);
    }

    [Fact]
    public async Task Events_and_steering_answer_202_404_410_and_400()
    {
        var id = await StartAsync("Waits");
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync($"instances/{id}/raiseEvent/go?code=key", "not json"));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync($"instances/{id}/suspend?reason=r&code=key"));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync($"instances/{id}/resume?reason=r&code=key"));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync($"instances/{id}/raiseEvent/go?code=key", "\"gone\""));
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Assert.Equal("gone", (await Client.WaitForInstanceCompletionAsync(id, true, deadline.Token)).ReadOutputAs<string>());
        foreach (var verb in (string[])["raiseEvent/go", "suspend", "resume", "terminate"])
        {
            Assert.Equal(HttpStatusCode.Gone, await PostAsync($"instances/{id}/{verb}?code=key", "1"));
            Assert.Equal(HttpStatusCode.NotFound, await PostAsync($"instances/none/{verb}?code=key", "1"));
        }
    }

    [Fact]
    public async Task Purging_restarting_starting_and_listing_work_over_http()
    {
        var id = await StartAsync("Quick", "x");
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync($"instances/{id}/restart?code=key"));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync("orchestrators/Waits/mine?code=key", "{}"));
        Assert.Equal(HttpStatusCode.Conflict, await PostAsync("orchestrators/Waits/mine?code=key", "{}"));
        Assert.Equal(HttpStatusCode.NotFound, await PostAsync("orchestrators/None?code=key"));
        var list = await http.GetAsync("instances?top=2&code=key", Stop);
        Assert.Equal(2, (await list.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetArrayLength());
        Assert.True(list.Headers.Contains("x-ms-continuation-token"));
        Assert.Equal(HttpStatusCode.BadRequest, (await http.GetAsync("instances?runtimeStatus=Odd&code=key", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.DeleteAsync($"instances/{id}?code=key", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.DeleteAsync($"instances/{id}?code=key", Stop)).StatusCode);
    }
}
