using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Invocation;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Kafka;

/// <summary>Consumes one function's topic: a thread polls and makes every call to the consumer, the lanes run the function.</summary>
/// <remarks>
/// An offset is stored after its function succeeded, and only while its topic-partition is still this consumer's. Polling goes on while
/// batches run or are retried, with full lanes paused, so the consumer keeps its place in the group however long that takes.
/// </remarks>
internal sealed partial class KafkaListener(
    KafkaFunction kafka, RetryingRunner runner, KafkaSettings settings, TimeProvider time, ILoggerFactory loggers) : ITriggerListener
{
    // librdkafka drops what it prefetched when it pauses, so a batched function's lane is paused only after it was full this long.
    private static readonly TimeSpan PauseAfter = TimeSpan.FromMilliseconds(500);

    // What is there is taken before anything else is looked at, so that looking costs nothing per message.
    private const int AtOnce = 256;

    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(10);

    // The group waits meanwhile; the shortest session in use is longer.
    private static readonly TimeSpan SettleAtMost = TimeSpan.FromSeconds(2);
    private readonly ILogger log = loggers.CreateLogger("Host.Triggers.Kafka");

    private TimeSpan Interval => TimeSpan.FromSeconds(settings.SubscriberIntervalInSeconds);

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Factory.StartNew(
                    () => Poll(stopping), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (Exception failure)
            {
                // A consumer that cannot be made, or that its group has fenced off; what was not stored is delivered again.
                LogBroken(log, kafka.Function.Name, RestartDelay, failure.Message);
                await Task.Delay(RestartDelay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        LogClosed(log, kafka.Function.Name, kafka.Topic);
    }

    private void Poll(CancellationToken stopping)
    {
        var execution = new KafkaExecution(kafka, runner, settings, time, log);
        var progress = new ManualResetEventSlim();
        using var lanes = new KafkaLanes(kafka.Shape.IsBatched, settings, batch => execution.RunAsync(batch, stopping), progress, time);
        KafkaConsumer? open = null;
        using var consumer = open = new KafkaConsumer(kafka, lanes.New, () => Settle(lanes, progress, execution, open!), lanes.Remove, log);
        while (!stopping.IsCancellationRequested)
        {
            progress.Reset();
            StoreDone(execution, consumer);
            lanes.Flush(Interval);
            if (lanes.FullFor is { } full) Wait(consumer, lanes, progress, full);
            else Fetch(consumer, lanes);
        }

        // Runs under way may end; polling keeps the consumer in the group meanwhile.
        lanes.Close();
        consumer.Pause(_ => true);
        while (!lanes.Running.Wait(settings.ChannelFullRetryIntervalInMs, CancellationToken.None)) consumer.Consume(TimeSpan.Zero);
        StoreDone(execution, consumer);
        consumer.Close();
    }

    private void Fetch(KafkaConsumer consumer, KafkaLanes lanes)
    {
        consumer.Resume(assignment => assignment.Lane.HasRoom);
        var wait = TimeSpan.FromMilliseconds(Math.Max(settings.SubscriberIdleBackoffMs, 1));
        for (var i = 0; i < AtOnce && consumer.Consume(wait) is { } message; i++)
        {
            message.Assignment.Lane.Add(message);
            wait = TimeSpan.Zero;
            if (!message.Assignment.Lane.IsFull) continue;
            if (!lanes.IsOne) consumer.Pause(assignment => assignment.Lane.IsFull);
            return;
        }
    }

    // The one lane of a batched function is full: there is nothing to fetch for until it moves on.
    private void Wait(KafkaConsumer consumer, KafkaLanes lanes, ManualResetEventSlim progress, TimeSpan full)
    {
        if (full >= PauseAfter)
        {
            consumer.Pause(_ => true);
            if (consumer.Consume(TimeSpan.Zero) is { } early) early.Assignment.Lane.Add(early);
        }

        progress.Wait(settings.ChannelFullRetryIntervalInMs);
    }

    // A rebalance takes topic-partitions away while a batch of theirs runs. Ended and stored before they go, its offsets are committed with
    // them (brokers take commits until the group has its new generation), and it is not delivered again.
    private void Settle(KafkaLanes lanes, ManualResetEventSlim progress, KafkaExecution execution, KafkaConsumer consumer)
    {
        if (lanes.IsBusy) LogSettling(log, kafka.Function.Name, SettleAtMost);
        for (var began = time.GetTimestamp(); lanes.IsBusy && time.GetElapsedTime(began) < SettleAtMost; progress.Reset())
            progress.Wait(settings.ChannelFullRetryIntervalInMs);
        StoreDone(execution, consumer);
    }

    private static void StoreDone(KafkaExecution execution, KafkaConsumer consumer)
    {
        while (execution.Done.TryDequeue(out var batch)) consumer.Store(batch);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Kafka {Function}: stopped consuming {Topic}")]
    private static partial void LogClosed(ILogger log, string function, string topic);

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Kafka {Function}: a rebalance takes topic-partitions away; the batch that runs may end first, for {Limit} at most")]
    private static partial void LogSettling(ILogger log, string function, TimeSpan limit);

    [LoggerMessage(Level = LogLevel.Error, Message = "Kafka {Function}: consuming failed and begins again in {Delay}: {Reason}")]
    private static partial void LogBroken(ILogger log, string function, TimeSpan delay, string reason);
}
