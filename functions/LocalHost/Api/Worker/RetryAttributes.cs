namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs a failed timer or Kafka invocation again, in this process.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-bindings-error-pages#retry-policies</remarks>
[AttributeUsage(AttributeTargets.Method)]
public abstract class RetryAttribute : Attribute
{
    /// <summary>For the attributes below.</summary>
    public RetryAttribute() { }

    /// <summary>Runs after the first one; -1 is without end.</summary>
    public int MaxRetryCount { get; set; }
}

/// <summary>Waits the same time before each retry.</summary>
public sealed class FixedDelayRetryAttribute : RetryAttribute
{
    /// <param name="maxRetryCount">Runs after the first one; -1 is without end.</param>
    /// <param name="delayInterval">A TimeSpan, hh:mm:ss.</param>
    public FixedDelayRetryAttribute(int maxRetryCount, string delayInterval)
    {
        MaxRetryCount = maxRetryCount;
        DelayInterval = delayInterval;
    }

    /// <summary>The wait, hh:mm:ss.</summary>
    public string DelayInterval { get; }
}

/// <summary>Doubles the wait before each retry, up to a maximum.</summary>
public sealed class ExponentialBackoffRetryAttribute : RetryAttribute
{
    /// <param name="maxRetryCount">Runs after the first one; -1 is without end.</param>
    /// <param name="minimumInterval">The first wait, hh:mm:ss.</param>
    /// <param name="maximumInterval">The longest wait, hh:mm:ss.</param>
    public ExponentialBackoffRetryAttribute(int maxRetryCount, string minimumInterval, string maximumInterval)
    {
        MaxRetryCount = maxRetryCount;
        MinimumInterval = minimumInterval;
        MaximumInterval = maximumInterval;
    }

    /// <summary>The first wait, hh:mm:ss.</summary>
    public string MinimumInterval { get; }

    /// <summary>The longest wait, hh:mm:ss.</summary>
    public string MaximumInterval { get; }
}
