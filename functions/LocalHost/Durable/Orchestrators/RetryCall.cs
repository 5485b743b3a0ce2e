using Microsoft.DurableTask;

namespace Pipeline.LocalHost.Durable.Orchestrators;

/// <summary>Calls again after failures, by policy or handler. Waits are durable timers; everything here is replayed.</summary>
internal static class RetryCall
{
    public static Task<T> RunAsync<T>(OrchestratorContext context, TaskRetryOptions? retry, Func<Task<T>> call) => retry switch
    {
        { Policy: { } policy } => ByPolicyAsync(context, policy, call),
        { Handler: { } handler } => ByHandlerAsync(context, handler, call),
        _ => call(),
    };

    private static async Task<T> ByPolicyAsync<T>(OrchestratorContext context, RetryPolicy policy, Func<Task<T>> call)
    {
        var first = context.CurrentUtcDateTime;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failed)
            {
                if (Delay(context, policy, attempt, first, failed.FailureDetails) is not { } delay) throw;
                // The real SDK makes a timer that fires at once even after the last attempt: the numbers of later tasks depend on it.
                var last = attempt + 1 >= policy.MaxNumberOfAttempts;
                await context.CreateTimer(last ? context.CurrentUtcDateTime : context.CurrentUtcDateTime.Add(delay),
                    CancellationToken.None);
                if (last) throw;
            }
        }
    }

    private static TimeSpan? Delay(OrchestratorContext context, RetryPolicy policy, int attempt, DateTime first, TaskFailureDetails failure)
    {
        if (!FailureText.Retriable(failure) || !Agrees(policy, failure)) return null;
        if (policy.RetryTimeout != Timeout.InfiniteTimeSpan && context.CurrentUtcDateTime - first >= policy.RetryTimeout) return null;
        var milliseconds = policy.FirstRetryInterval.TotalMilliseconds * Math.Pow(policy.BackoffCoefficient, attempt);
        return milliseconds < policy.MaxRetryInterval.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : policy.MaxRetryInterval;
    }

    private static bool Agrees(RetryPolicy policy, TaskFailureDetails failure)
    {
        try
        {
            return policy.Retries(failure);
        }
        catch (Exception)
        {
            return false;   // as the real SDK has it: a filter that throws means no further attempt, and the task's own failure is reported
        }
    }

    private static async Task<T> ByHandlerAsync<T>(OrchestratorContext context, AsyncRetryHandler handler, Func<Task<T>> call)
    {
        var first = context.CurrentUtcDateTime;
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await call();
            }
            catch (TaskFailedException failed) when (FailureText.Retriable(failed.FailureDetails))
            {
                var retry = new RetryContext(context, failures, failed.FailureDetails, context.CurrentUtcDateTime - first,
                    CancellationToken.None);
                if (!await handler(retry)) throw;
            }
        }
    }
}
