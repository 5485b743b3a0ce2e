using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;

namespace Pipeline.App.Orchestrations;

/// <summary>How activities are tried again.</summary>
internal static class Retry
{
    /// <summary>Ten tries over about six minutes, unless a person must act: then at once to whoever called.</summary>
    public static TaskOptions Transient { get; } = TaskOptions.FromRetryPolicy(new RetryPolicy(
        PublicationPlan.AttemptsOfARun, firstRetryInterval: TimeSpan.FromSeconds(1), backoffCoefficient: 2,
        maxRetryInterval: TimeSpan.FromMinutes(2))
    {
        HandleFailure = failure => !failure.IsCausedBy<TerminalException>(),
    });

    /// <summary>How long what waits is left alone.</summary>
    public static TimeSpan Pause { get; } = TimeSpan.FromMinutes(2);

    /// <summary>What went wrong at the bottom of a failure.</summary>
    public static string InnermostMessage(this TaskFailureDetails failure)
    {
        while (failure.InnerFailure is { } inner) failure = inner;
        return failure.ErrorMessage;
    }
}
