using Pipeline.LocalHost.Discovery;

namespace Pipeline.LocalHost.Invocation;

/// <summary>Runs an invocation again as its function's retry attribute asks.</summary>
internal sealed class RetryingRunner(FunctionRunner runner, TimeProvider time)
{
    /// <summary>Runs until a success or the last retry; the last failure is thrown.</summary>
    /// <param name="request">The invocation.</param>
    /// <param name="stopping">When it fires, no further retry begins.</param>
    /// <param name="cancelling">When it fires, the run in progress is asked to end too.</param>
    public async Task RunAsync(InvocationRequest request, CancellationToken stopping, CancellationToken cancelling)
    {
        for (var retries = 0; ; retries++)
        {
            try
            {
                await runner.RunAsync(request with { RetryCount = retries }, cancelling);
                return;
            }
            catch (Exception) when (request.Function.Retry is { } plan && plan.Allows(retries) && !stopping.IsCancellationRequested)
            {
                await Task.Delay(plan.Delay(retries), time, stopping);
            }
        }
    }
}
