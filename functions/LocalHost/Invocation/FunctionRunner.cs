using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Invocation;

/// <summary>What starts one invocation.</summary>
/// <param name="Function">The function.</param>
/// <param name="Trigger">The trigger parameter's value.</param>
/// <param name="Data">What came with it; empty for nothing.</param>
internal sealed record InvocationRequest(FunctionDescriptor Function, object? Trigger, BindingContext Data)
{
    /// <summary>Retries before this run.</summary>
    public int RetryCount { get; init; }

    /// <summary>The HTTP request; null for other triggers.</summary>
    public HttpContext? Http { get; init; }

    /// <summary>Takes the result while the invocation lasts: what fails there fails the invocation; null for nobody.</summary>
    public Func<object?, Task>? Answer { get; init; }

    /// <summary>
    /// Whether a failure is somebody else's to report loudly: a retry of what was reported, or an activity its orchestrator sees.
    /// </summary>
    public bool IsFailureExpected { get; init; }
}

/// <summary>Runs functions: a scope of services, the middleware, the method, the time limit, one log line each.</summary>
internal sealed partial class FunctionRunner(
    IServiceScopeFactory scopes, MiddlewareChain middlewares, HostSettings settings, DrainDeadline drain,
    IHostApplicationLifetime lifetime, ILoggerFactory loggers, TimeProvider time)
{
    // How long a function that ran out of time may take to notice.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private static readonly ActivitySource Activities = new("Microsoft.Azure.Functions.Worker");
    private readonly FunctionExecutionDelegate chain = middlewares.Around(CallAsync);

    /// <summary>Runs one invocation to its end; what the function throws is logged here and thrown on.</summary>
    /// <returns>The function's result, as the middleware left it.</returns>
    /// <exception cref="TimeoutException">It ran longer than functionTimeout.</exception>
    public async Task<object?> RunAsync(InvocationRequest request, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(settings.FunctionTimeout ?? Timeout.InfiniteTimeSpan, time);
        using var token = CancellationTokenSource.CreateLinkedTokenSource(stopping, drain.Token, limit.Token);
        using var activity = Activities.StartActivity("Invoke");
        await using var scope = scopes.CreateAsyncScope();
        var context = NewContext(request, scope.ServiceProvider, token.Token);
        activity?.SetTag("faas.execution", context.InvocationId).SetTag("faas.name", request.Function.Name);

        var log = loggers.CreateLogger($"Function.{request.Function.Name}");
        LogStart(log, context.InvocationId);
        var started = time.GetTimestamp();
        try
        {
            // On a thread of its own, so that a function that blocks it is seen to run out of time.
            var run = Task.Run(() => InvokeAsync(request, context), CancellationToken.None);
            await InTimeAsync(run, limit.Token, request.Function.Name);
            LogSuccess(log, context.InvocationId, time.GetElapsedTime(started).TotalMilliseconds);
            return LocalInvocationResult.Of(context).Value;
        }
        catch (OperationCanceledException) when (request.Http is { RequestAborted.IsCancellationRequested: true })
        {
            activity?.SetStatus(ActivityStatusCode.Error, "the caller went away");
            LogLeft(log, context.InvocationId, time.GetElapsedTime(started).TotalMilliseconds);
            throw;
        }
        catch (Exception failure)
        {
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            var level = request.IsFailureExpected || request.RetryCount > 0 ? LogLevel.Warning : LogLevel.Error;
            LogFailure(log, level, context.InvocationId, time.GetElapsedTime(started).TotalMilliseconds, failure);
            throw;
        }
    }

    private static LocalFunctionContext NewContext(InvocationRequest request, IServiceProvider services, CancellationToken token)
    {
        var function = request.Function;
        var retry = function.Retry is { } plan ? new LocalRetryContext(request.RetryCount, plan.MaxRetryCount) : null;
        var context = new LocalFunctionContext(function.Definition, services, request.Trigger, request.Data, retry, token);
        context.Features.Set(function);
        if (request.Http is not { } http) return context;
        context.Items[LocalFunctionContext.HttpContextKey] = http;
        http.RequestServices = services;
        return context;
    }

    private async Task InvokeAsync(InvocationRequest request, LocalFunctionContext context)
    {
        await chain(context);
        if (request.Answer is { } answer) await answer(LocalInvocationResult.Of(context).Value);
    }

    private static async Task CallAsync(FunctionContext context)
    {
        var function = context.Features.Get<FunctionDescriptor>()!;
        LocalInvocationResult.Of(context).Value = await function.CallAsync((LocalFunctionContext)context);
    }

    // The token asks the function to stop; one that does not listen makes this process unfit to run it again.
    private async Task InTimeAsync(Task run, CancellationToken limit, string function)
    {
        try
        {
            await run.WaitAsync(limit);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            await Task.WhenAny(run, Task.Delay(Grace, time, CancellationToken.None));
            if (!run.IsCompleted)
            {
                LogStuck(loggers.CreateLogger("Host.Invocation"), function, Grace);
                Environment.ExitCode = 1;
                lifetime.StopApplication();
            }

            throw new TimeoutException($"Function '{function}' ran longer than functionTimeout ({settings.FunctionTimeout}).");
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Executing (Id={InvocationId})")]
    private static partial void LogStart(ILogger log, string invocationId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Executed (Succeeded, Id={InvocationId}, Duration={Duration:F0}ms)")]
    private static partial void LogSuccess(ILogger log, string invocationId, double duration);

    [LoggerMessage(Message = "Executed (Failed, Id={InvocationId}, Duration={Duration:F0}ms)")]
    private static partial void LogFailure(ILogger log, LogLevel level, string invocationId, double duration, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Executed (Cancelled, Id={InvocationId}, Duration={Duration:F0}ms): the caller went away before the answer")]
    private static partial void LogLeft(ILogger log, string invocationId, double duration);

    [LoggerMessage(Level = LogLevel.Critical,
        Message = "Function {Function} still runs {Grace} after its time limit and does not observe its CancellationToken; the host stops")]
    private static partial void LogStuck(ILogger log, string function, TimeSpan grace);
}
