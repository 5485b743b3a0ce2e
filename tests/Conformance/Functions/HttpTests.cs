using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Logging;
using FromBodyAttribute = Microsoft.Azure.Functions.Worker.Http.FromBodyAttribute;

namespace Pipeline.Tests.Conformance.Functions;

public sealed class HttpTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/Hello?name=Ada", 200, "Hello Ada")]
    [InlineData("GET", "/api/days/7", 200, "7 True")]
    [InlineData("GET", "/api/days/x", 404, "")]
    [InlineData("POST", "/api/days/7", 404, "")]
    [InlineData("GET", "/api/minimal", 202, "")]
    [InlineData("GET", "/api/json", 200, """{"first":1}""")]
    [InlineData("GET", "/api/poco", 200, "")]
    [InlineData("GET", "/api/data/blue", 201, "data blue")]
    [InlineData("GET", "/api/nothing", 200, "")]
    [InlineData("GET", "/api/fails", 500, "")]
    [InlineData("GET", "/api/unknown", 404, "")]
    [InlineData("GET", "/api/context", 200, "GET IsHttp ")]
    public async Task Answers(string method, string path, int status, string body)
    {
        await using var host = await TestHost.StartAsync([typeof(Api)]);
        var answer = await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Stopping);
        Assert.Equal((status, body), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Stopping)));
    }

    [Fact]
    public async Task A_body_becomes_the_parameter_and_a_wrong_one_fails_the_invocation()
    {
        await using var host = await TestHost.StartAsync([typeof(Api)]);
        var good = await host.Http.PostAsync("/api/order", new StringContent("""{"ITEM":"tea","count":2}""", Encoding.UTF8, "application/json"), Stopping);
        Assert.Equal("tea x2", await good.Content.ReadAsStringAsync(Stopping));
        var bad = await host.Http.PostAsync("/api/order", new StringContent("{", Encoding.UTF8, "application/json"), Stopping);
        Assert.Equal(HttpStatusCode.InternalServerError, bad.StatusCode);
    }

    [Fact]
    public async Task A_failure_is_logged_once_with_its_exception()
    {
        await using var host = await TestHost.StartAsync([typeof(Api)]);
        await host.Http.GetAsync("/api/fails", Stopping);
        var failure = Assert.Single(host.Log.Lines, line => line.Level >= LogLevel.Warning && line.Failure is not null);
        Assert.Equal(("Function.Fails", "not today"), (failure.Category, failure.Failure!.Message));
    }

    [Theory]
    [InlineData("/api/guarded", null, 401)]
    [InlineData("/api/guarded", "wrong", 401)]
    [InlineData("/api/guarded", "host-key", 200)]
    [InlineData("/api/guarded", "own-key", 200)]
    [InlineData("/api/guarded", "master-key", 200)]
    [InlineData("/api/admin", "host-key", 401)]
    [InlineData("/api/admin", "master-key", 200)]
    [InlineData("/api/unstated", null, 401)]
    [InlineData("/api/open", null, 200)]
    [InlineData("/admin/host/status", "host-key", 401)]
    [InlineData("/admin/host/status", "master-key", 200)]
    public async Task A_key_opens_what_it_is_for(string path, string? key, int status)
    {
        var settings = new Dictionary<string, string?>
        {
            ["LocalHost:Keys:default"] = "host-key", ["LocalHost:Keys:master"] = "master-key",
                ["LocalHost:Keys:functions:guarded"] = "own-key",
        };
        await using var host = await TestHost.StartAsync([typeof(Guarded)], settings: settings);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null) request.Headers.Add("x-functions-key", key);
        Assert.Equal(status, (int)(await host.Http.SendAsync(request, Stopping)).StatusCode);
        Assert.Equal(status, (int)(await host.Http.GetAsync($"{path}?code={key}", Stopping)).StatusCode);
    }

    [Fact]
    public async Task The_prefix_may_be_empty_and_a_route_the_root()
    {
        await using var host = await TestHost.StartAsync([typeof(Root)], """{ "version": "2.0", "extensions": { "http": { "routePrefix": "" } } }""");
        Assert.Equal("root", await host.Http.GetStringAsync("/", Stopping));
        Assert.Equal("live", await host.Http.GetStringAsync("/health/live", Stopping));
    }

    [Fact]
    public async Task A_timer_runs_when_a_person_asks_for_it()
    {
        await using var host = await TestHost.StartAsync([typeof(Manual)]);
        var answer = await host.Http.PostAsJsonAsync("/admin/functions/yearly", new { input = (string?)null }, Stopping);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await host.Seen.UntilAsync(lines => lines.Contains("yearly"));
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.PostAsync("/admin/functions/none", null, Stopping)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.PostAsync("/admin/functions/yearly", new StringContent("{"), Stopping))
            .StatusCode);
    }

    public sealed class Api
    {
        [Function(nameof(Hello))]
        public IActionResult Hello([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) =>
            new OkObjectResult($"Hello {request.Query["name"]}");

        [Function(nameof(Days))]
        public Task<IActionResult> Days(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "days/{days:int}/{open:bool=true}")] HttpRequest request, int days,
                bool open) =>
            Task.FromResult<IActionResult>(new ContentResult { Content = $"{days} {open}" });

        [Function(nameof(Minimal))]
        public static IResult Minimal([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "minimal")] HttpRequest request) =>
            Results.StatusCode(202);

        [Function(nameof(Json))]
        public ValueTask<IActionResult> Json([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "json")] HttpRequest request) =>
            new(new OkObjectResult(new Item(1)));

        [Function(nameof(Poco))]
        public object Poco([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "poco")] HttpRequest request) => new Item(1);

        [Function(nameof(Data))]
        public async Task<HttpResponseData> Data(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "data/{colour}")] HttpRequestData request, string colour)
        {
            var response = request.CreateResponse(HttpStatusCode.Created);
            response.Headers.Add("x-colour", colour);
            await response.WriteStringAsync($"data {colour}");
            return response;
        }

        [Function(nameof(Nothing))]
        public Task Nothing([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "nothing")] HttpRequest request) =>
            Task.CompletedTask;

        [Function(nameof(Fails))]
        public IActionResult Fails([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fails")] HttpRequest request) =>
            throw new InvalidOperationException("not today");

        [Function(nameof(Context))]
        public IActionResult Context([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "context")] HttpContext http,
            FunctionContext context) =>
            Plain($"{http.Request.Method} {(context.GetHttpContext() == http ? "IsHttp" : "")} {context.RetryContext?.RetryCount}");

        [Function(nameof(Order))]
        public IActionResult Order([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "order")] HttpRequest request,
            [FromBody] Order order) =>
            Plain($"{order.Item} x{order.Count}");
    }

    private static ContentResult Plain(string text) => new() { Content = text };

    public sealed record Item(int First);

    public sealed record Order(string Item, int Count);

    public sealed class Guarded
    {
        [Function("guarded")]
        public IActionResult Function([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) => Plain("in");

        [Function("admin")]
        public IActionResult Admin([HttpTrigger(AuthorizationLevel.Admin, "get")] HttpRequest request) => Plain("in");

        [Function("unstated")]
        public IActionResult Unstated([HttpTrigger("get")] HttpRequest request) => Plain("in");

        [Function("open")]
        public IActionResult Open([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request) => Plain("in");
    }

    public sealed class Root
    {
        [Function("page")]
        public IActionResult Page([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "/")] HttpRequest request) => Plain("root");

        [Function("live")]
        public IActionResult Live([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health/live")] HttpRequest request) => Plain("live");
    }

    public sealed class Manual(Seen seen)
    {
        [Function("yearly")]
        public void Yearly([TimerTrigger("0 0 0 1 1 *", UseMonitor = false)] TimerInfo timer) => seen.Add("yearly");
    }
}
