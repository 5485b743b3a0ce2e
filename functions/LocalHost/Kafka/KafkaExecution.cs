using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Invocation;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Kafka;

/// <summary>Runs a batch until its offsets may be stored: it succeeded, or the settings say to give it up.</summary>
internal sealed partial class KafkaExecution(
    KafkaFunction kafka, RetryingRunner runner, KafkaSettings settings, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    /// <summary>Batches whose offsets the polling thread stores next.</summary>
    public ConcurrentQueue<KafkaBatch> Done { get; } = new();

    /// <summary>Runs one batch; its failures end here.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="stopping">When it fires, no further run of a failing batch begins: the batch is left to be delivered again.</param>
    public async Task RunAsync(KafkaBatch batch, CancellationToken stopping)
    {
        for (var retry = 0; !batch.IsLeaving && !stopping.IsCancellationRequested; retry++)
        {
            if (await TryAsync(batch, retry, stopping) || settings.CommitOnFailure)
            {
                Done.Enqueue(batch);
                return;
            }

            if (settings.MaxRetries >= 0 && retry >= settings.MaxRetries)
            {
                LogGivenUp(log, kafka.Function.Name, kafka.Topic, batch.Records.Length, retry + 1, Offsets(batch));
                Done.Enqueue(batch);
                return;
            }

            var delay = RetryPlan.Backoff(FirstDelay, LongestDelay, retry);
            LogAgain(log, kafka.Function.Name, kafka.Topic, batch.Records.Length, delay);
            await Task.Delay(delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryAsync(KafkaBatch batch, int retry, CancellationToken stopping)
    {
        var request = kafka.Shape.Request(kafka.Function, batch.Records) with { IsFailureExpected = retry > 0 };

        // Each failure is logged where it happened.
        var run = runner.RunAsync(request, stopping, CancellationToken.None);
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return run.IsCompletedSuccessfully;
    }

    private static string Offsets(KafkaBatch batch) =>
        string.Join(", ", batch.Last.Select(last => $"{last.Key.TopicPartition.Partition.Value}:{last.Value}"));

    [LoggerMessage(Level = LogLevel.Warning, Message = "Kafka {Function}: the batch of {Count} messages of {Topic} runs again in {Delay}")]
    private static partial void LogAgain(ILogger log, string function, string topic, int count, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Error,
        Message = "Kafka {Function}: {Count} messages of {Topic} are skipped after {Runs} failed runs (maxRetries), up to {Offsets}")]
    private static partial void LogGivenUp(ILogger log, string function, string topic, int count, int runs, string offsets);
}
