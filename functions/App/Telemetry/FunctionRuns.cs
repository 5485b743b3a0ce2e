using Microsoft.Azure.Functions.Worker.Middleware;
using Pipeline.Domain.Telemetry;

namespace Pipeline.App.Telemetry;

/// <summary>Counts and times every run of a function, and notes it for its heartbeat.</summary>
public sealed class FunctionRuns(Heartbeats heartbeats, TimeProvider time) : IFunctionsWorkerMiddleware
{
    /// <inheritdoc/>
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        // A turn of an orchestrator replays those before it: it is no run.
        if (context.FunctionDefinition.InputBindings.Values.Any(binding => binding.Type == "orchestrationTrigger"))
        {
            await next(context);
            return;
        }
        var (function, began) = (context.FunctionDefinition.Name, time.GetTimestamp());
        heartbeats.Began(function);
        try
        {
            await next(context);
            Ended(function, began, null);
        }
        catch (Exception error)
        {
            // Being stopped is no failure, nor is it a success.
            if (!(error is OperationCanceledException && context.CancellationToken.IsCancellationRequested)) Ended(function, began, error);
            throw;
        }
    }

    private void Ended(string function, long began, Exception? error)
    {
        var label = Instruments.Label("function", function);
        Instruments.FunctionRuns.Add(1, label);
        if (error is not null) Instruments.FunctionFailures.Add(1, label);
        Instruments.FunctionDuration.Record(time.GetElapsedTime(began).TotalSeconds, label);
        heartbeats.Ended(function, error);
    }
}
