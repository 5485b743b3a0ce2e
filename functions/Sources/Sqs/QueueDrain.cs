using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Pipeline.Sources.Sqs;

/// <summary>One run over one queue: receivers gather, one lander lands, until the queue is empty or the time is up.</summary>
internal sealed class QueueDrain(
    SqsQueue source, string queue, LandMessages landing, SqsOptions options, DrainLimits limits, TimeProvider time, ILogger log)
{
    /// <summary>An empty queue is waited at for a moment: with less than a second SQS asks only some of its servers.</summary>
    private const int WaitSeconds = 1;

    /// <summary>Runs until a receive comes back empty to every receiver, or until <see cref="SqsOptions.DrainFor"/> is over.</summary>
    public async Task<DrainReport> RunAsync(CancellationToken stopping)
    {
        var depth = await source.DepthAsync(stopping);
        var receivers = (int)Math.Clamp(depth / limits.MessagesPerReceiver + 1, 1, options.MaxReceivers);
        await using var held = new HeldMessages(source, queue, options.VisibilitySeconds, time, log);
        held.Begin();
        // When the lander fails the receivers end too, and whatever they have comes again.
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var received = Channel.CreateBounded<IReadOnlyList<SqsMessage>>(receivers);
        var until = time.GetUtcNow() + options.DrainFor;
        var receiving = ReceiveAllAsync(receivers, received.Writer, held, until, failing.Token);
        try
        {
            var report = await LandAllAsync(received.Reader, held, failing.Token);
            await receiving;
            return report;
        }
        catch
        {
            await failing.CancelAsync();
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task ReceiveAllAsync(
        int receivers, ChannelWriter<IReadOnlyList<SqsMessage>> received, HeldMessages held, DateTimeOffset until,
        CancellationToken stopping)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, receivers).Select(_ => ReceiveAsync(received, held, until, stopping)));
            received.Complete();
        }
        catch (Exception error)
        {
            received.Complete(error);
            throw;
        }
    }

    private async Task ReceiveAsync(
        ChannelWriter<IReadOnlyList<SqsMessage>> received, HeldMessages held, DateTimeOffset until, CancellationToken stopping)
    {
        while (time.GetUtcNow() < until)
        {
            var (messages, damaged) = await source.ReceiveAsync(WaitSeconds, options.VisibilitySeconds, stopping);
            if (damaged > 0) Log.Damaged(log, queue, damaged);
            if (messages.Count + damaged == 0) return;
            held.Add(messages);
            await received.WriteAsync(messages, stopping);
        }
    }

    private async Task<DrainReport> LandAllAsync(ChannelReader<IReadOnlyList<SqsMessage>> received, HeldMessages held, CancellationToken stopping)
    {
        var report = new DrainReport(0, 0, 0);
        var (gathered, bytes, since) = (new List<SqsMessage>(), 0L, time.GetUtcNow());
        await foreach (var messages in received.ReadAllAsync(stopping))
        {
            if (gathered.Count == 0) since = time.GetUtcNow();
            gathered.AddRange(messages);
            bytes += messages.Sum(message => (long)message.Body.Length);
            if (gathered.Count < limits.Messages && bytes < limits.Bytes && time.GetUtcNow() - since < limits.Age) continue;
            await LandAsync();
        }
        if (gathered.Count > 0) await LandAsync();
        return report;

        async Task LandAsync()
        {
            var (landed, dead) = await landing.RunAsync(gathered, stopping);
            held.Remove([.. gathered.Select(message => message.Receipt)]);
            report = new(report.Received + gathered.Count, report.Landed + landed, report.Dead + dead);
            gathered.Clear();
            bytes = 0;
        }
    }
}

/// <summary>What a run over a queue did.</summary>
/// <param name="Received">Deliveries, those of known messages included.</param>
/// <param name="Landed">Messages that were new.</param>
/// <param name="Dead">Messages that went to the dead letter queue.</param>
public sealed record DrainReport(int Received, int Landed, int Dead);
