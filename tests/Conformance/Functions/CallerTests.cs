using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Conformance.Functions;

/// <summary>What becomes of an invocation whose caller does not wait for it, or cannot be answered.</summary>
public sealed class CallerTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_that_goes_away_cancels_its_invocation_and_the_log_says_so_in_one_line()
    {
        await using var host = await TestHost.StartAsync([typeof(Calls)]);
        await LeaveAsync(host, "/api/listening");
        await host.Seen.UntilAsync(lines => lines.Count == 2);
        Assert.Equal(["listening began", "token True, request True"], host.Seen.Lines);
        await host.Log.UntilAsync("the caller went away before the answer");
        var line = Assert.Single(host.Log.Lines, line => line.Level >= LogLevel.Warning);
        Assert.Equal((LogLevel.Warning, "Function.listening"), (line.Level, line.Category));
        Assert.Matches("^Executed \\(Cancelled, Id=[0-9a-f-]{36}, Duration=[0-9]+ms\\)", line.Text);
    }

    [Fact]
    public async Task A_function_that_does_not_listen_runs_to_its_end_without_its_caller_and_has_succeeded()
    {
        await using var host = await TestHost.StartAsync([typeof(Calls)]);
        await LeaveAsync(host, "/api/deaf");
        await host.Log.UntilAsync("Executed (Succeeded");
        Assert.Equal(["deaf began", "deaf ended"], host.Seen.Lines);
        Assert.DoesNotContain(host.Log.Lines, line => line.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task An_answer_that_cannot_be_written_fails_the_invocation()
    {
        await using var host = await TestHost.StartAsync([typeof(Calls)]);
        Assert.Equal(500, (int)(await host.Http.GetAsync("/api/circle", Stopping)).StatusCode);
        var failure = Assert.Single(host.Log.Lines, line => line.Failure is not null);
        Assert.Equal((LogLevel.Error, "Function.circle"), (failure.Level, failure.Category));
        Assert.Contains("cycle", failure.Failure!.Message, StringComparison.Ordinal);
    }

    // The connection is closed under the request, as a browser does it.
    private static async Task LeaveAsync(TestHost host, string path)
    {
        using var caller = new CancellationTokenSource();
        var call = host.Http.GetAsync(path, caller.Token);
        await host.Seen.UntilAsync(lines => lines.Count > 0);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    public sealed class Calls(Seen seen)
    {
        [Function("listening")]
        public async Task<IActionResult> Listening(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, FunctionContext context, CancellationToken stopping)
        {
            seen.Add("listening began");
            try
            {
                await Task.Delay(Timeout.Infinite, stopping);
            }
            finally
            {
                seen.Add($"token {context.CancellationToken.IsCancellationRequested}, "
                    + $"request {request.HttpContext.RequestAborted.IsCancellationRequested}");
            }

            return new OkResult();
        }

        [Function("deaf")]
        public async Task<IActionResult> Deaf([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
            seen.Add("deaf began");
            await Task.Delay(Timeout.Infinite, request.HttpContext.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            seen.Add("deaf ended");
            return new OkObjectResult("too late");
        }

        [Function("circle")]
        public IActionResult Circle([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request)
        {
            var circle = new List<object>();
            circle.Add(circle);
            return new OkObjectResult(circle);
        }
    }
}
