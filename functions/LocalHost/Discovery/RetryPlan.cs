using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Discovery;

/// <summary>A function's own retries.</summary>
/// <param name="MaxRetryCount">Runs after the first; -1 is without end.</param>
/// <param name="First">The first wait.</param>
/// <param name="Longest">The longest wait; equal to the first for a fixed delay.</param>
internal sealed record RetryPlan(int MaxRetryCount, TimeSpan First, TimeSpan Longest)
{
    /// <summary>Whether another run follows after this many retries.</summary>
    public bool Allows(int retries) => MaxRetryCount < 0 || retries < MaxRetryCount;

    /// <summary>The wait before retry number <paramref name="retry"/>, the first being 0.</summary>
    public TimeSpan Delay(int retry) => Backoff(First, Longest, retry);

    /// <summary>Doubles from the first wait to the longest.</summary>
    public static TimeSpan Backoff(TimeSpan first, TimeSpan longest, int retry) =>
        TimeSpan.FromTicks((long)Math.Min(longest.Ticks, first.Ticks * Math.Pow(2, Math.Min(retry, 40))));

    /// <summary>The method's retry attribute; null without one. Wrong times are faults.</summary>
    public static RetryPlan? Read(MethodInfo method, string function, StartFaults faults)
    {
        return method.GetCustomAttribute<RetryAttribute>() switch
        {
            FixedDelayRetryAttribute plan when Interval(plan.DelayInterval) is var delay => new(plan.MaxRetryCount, delay, delay),
            ExponentialBackoffRetryAttribute plan =>
                new(plan.MaxRetryCount, Interval(plan.MinimumInterval), Interval(plan.MaximumInterval)),
            _ => null,
        };

        TimeSpan Interval(string text)
        {
            if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var interval) && interval >= TimeSpan.Zero) return interval;
            faults.Add($"Function '{function}' has the retry interval '{text}', which is not a time; write hh:mm:ss.");
            return TimeSpan.Zero;
        }
    }
}
