using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Tests.Conformance.Functions;

public sealed class InvocationTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Middleware_runs_around_the_function_in_the_order_of_registration()
    {
        await using var host = await TestHost.StartAsync([typeof(Steps)], configure: builder =>
        {
            builder.UseMiddleware<Outer>();
            builder.UseMiddleware(async (context, next) =>
            {
                var seen = context.InstanceServices.GetRequiredService<Seen>();
                seen.Add("inner before");
                await next();
                seen.Add($"inner after {((ContentResult)context.GetInvocationResult().Value!).Content}");
                context.GetInvocationResult().Value = new ContentResult { Content = "replaced" };
            });
            builder.UseWhen(context => context.FunctionDefinition.Name == "other", (_, _) =>
                throw new InvalidOperationException("never here"));
            builder.UseWhen<Last>(context => context.FunctionDefinition.InputBindings.Values.Any(input => input.Type == "httpTrigger"));
        });
        Assert.Equal("replaced", await host.Http.GetStringAsync("/api/step", Stopping));
        Assert.Equal(["outer before", "inner before", "last", "function", "inner after done", "outer after"], host.Seen.Lines);
    }

    [Fact]
    public async Task Each_invocation_has_its_own_scope_and_disposes_it()
    {
        await using var host = await TestHost.StartAsync([typeof(Scoped)], configure: builder => builder.Services.AddScoped<Tracked>());
        var first = await host.Http.GetStringAsync("/api/scoped", Stopping);
        var second = await host.Http.GetStringAsync("/api/scoped", Stopping);
        Assert.NotEqual(first, second);
        await host.Seen.UntilAsync(lines => lines.Count == 2);
        Assert.Equal([$"disposed {first}", $"disposed {second}"], host.Seen.Lines);
    }

    [Fact]
    public async Task An_invocation_over_functionTimeout_is_cancelled_and_fails()
    {
        await using var host = await TestHost.StartAsync([typeof(Slow)], """{ "version": "2.0", "functionTimeout": "00:00:00.200" }""");
        Assert.Equal(500, (int)(await host.Http.GetAsync("/api/slow", Stopping)).StatusCode);
        Assert.Equal(["cancelled"], host.Seen.Lines);
        Assert.Single(host.Log.Lines, line => line.Failure is TimeoutException);
    }

    [Fact]
    public async Task Stopping_waits_for_invocations_and_then_cancels_them()
    {
        var settings = new Dictionary<string, string?> { ["LocalHost:DrainTimeout"] = "00:00:00.300" };
        await using var host = await TestHost.StartAsync([typeof(Draining)], settings: settings);
        await host.Seen.UntilAsync(lines => lines.Count == 2);
        await host.StopAsync();
        Assert.Equal(["quick began", "stubborn began", "quick ended", "stubborn cancelled"], host.Seen.Lines.Order(StringComparer.Ordinal)
            .OrderBy(Rank));

        static int Rank(string line) => line switch { "quick ended" => 2, "stubborn cancelled" => 3, _ => 1 };
    }

    [Fact]
    public async Task The_first_line_says_what_host_this_is()
    {
        await using var host = await TestHost.StartAsync([typeof(Slow)]);
        Assert.Equal("Embedded local host: an API-compatible subset of Azure Functions, the default for a single node",
            host.Log.Lines[0].Text);
    }

    public sealed class Steps(Seen seen)
    {
        [Function("step")]
        public IActionResult Step([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            seen.Add("function");
            return new ContentResult { Content = "done" };
        }
    }

    public sealed class Outer(Seen seen) : IFunctionsWorkerMiddleware
    {
        public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            seen.Add("outer before");
            await next(context);
            seen.Add("outer after");
        }
    }

    public sealed class Last(Seen seen) : IFunctionsWorkerMiddleware
    {
        public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
        {
            seen.Add("last");
            return next(context);
        }
    }

    public sealed class Tracked(Seen seen) : IDisposable
    {
        public string Id { get; } = Guid.NewGuid().ToString();

        public void Dispose() => seen.Add($"disposed {Id}");
    }

    public sealed class Scoped(Tracked tracked)
    {
        [Function("scoped")]
        public IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, FunctionContext context) =>
            new ContentResult { Content = IsMine(context.InstanceServices) && IsMine(request.HttpContext.RequestServices) ? tracked.Id : "not mine" };

        private bool IsMine(IServiceProvider scope) => ReferenceEquals(scope.GetRequiredService<Tracked>(), tracked);
    }

    public sealed class Slow(Seen seen)
    {
        [Function("slow")]
        public async Task Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, CancellationToken stopping)
        {
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            seen.Add("cancelled");
        }
    }

    public sealed class Draining(Seen seen, IHostApplicationLifetime lifetime)
    {
        [Function("quick")]
        public async Task Quick([TimerTrigger("1.00:00:00", RunOnStartup = true, UseMonitor = false)] TimerInfo timer)
        {
            seen.Add("quick began");
            var stopped = new TaskCompletionSource();
            using var _ = lifetime.ApplicationStopping.Register(stopped.SetResult);
            await stopped.Task;
            await Task.Yield();
            seen.Add("quick ended");
        }

        [Function("stubborn")]
        public async Task Stubborn([TimerTrigger("1.00:00:00", RunOnStartup = true, UseMonitor = false)] TimerInfo timer,
            CancellationToken stopping)
        {
            seen.Add("stubborn began");
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            seen.Add("stubborn cancelled");
        }
    }
}
