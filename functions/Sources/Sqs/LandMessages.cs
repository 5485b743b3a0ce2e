using Microsoft.Extensions.Logging;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Telemetry;
using Pipeline.Sources.Kafka;

namespace Pipeline.Sources.Sqs;

/// <summary>Lands gathered messages as one segment, each id once; those that the dataset refuses go to the dead letter queue.</summary>
/// <remarks>
/// A message leaves its queue only when the ledger has it. A crash anywhere brings messages again: landed ones are known, others are new. A
/// refused message can reach the dead letter queue twice (its attribute <c>source-message-id</c> tells), and never gets lost.
/// </remarks>
internal sealed class LandMessages(
    string dataset, string queue, SqsQueue source, SqsQueue? deadLetters, IQueueLedger messages, ILandingLedger ledger,
    SegmentLanding landing, PoisonCheck check, TimeProvider time, ILogger log)
{
    private const int MaxRaces = 50;

    /// <summary>Lands what is new of delivered messages and deletes them all from the queue.</summary>
    /// <returns>Messages landed, and messages given up.</returns>
    public async Task<(int Landed, int Dead)> RunAsync(IReadOnlyList<SqsMessage> delivered, CancellationToken stopping)
    {
        using var span = Spans.Start("land", dataset)?.SetTag("pipeline.queue", queue).SetTag("pipeline.records", delivered.Count);
        var distinct = delivered.DistinctBy(message => message.Id).ToList();
        var fresh = await NewAsync(distinct, stopping);
        var known = distinct.Count - fresh.Count;
        var buried = await BuryAsync(fresh, stopping);
        fresh = [.. fresh.Where(message => !buried.Contains(message.Id))];
        var landed = await LandAsync(fresh, stopping);
        var left = await source.DeleteAsync([.. delivered.Select(message => message.Receipt)], stopping);
        if (left > 0) Log.Left(log, queue, left, "deleted");
        Log.Landed(log, queue, landed, known, buried.Count);
        return (landed, buried.Count);
    }

    // In the order they were sent, so that of two rows with one key and time the one sent later stays.
    private async Task<List<SqsMessage>> NewAsync(IReadOnlyList<SqsMessage> candidates, CancellationToken stopping)
    {
        var known = await messages.KnownAsync(queue, [.. candidates.Select(message => message.Id)], stopping);
        return [.. candidates.Where(message => !known.Contains(message.Id))
            .OrderBy(message => message.SentMs).ThenBy(message => message.Id, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlySet<string>> BuryAsync(List<SqsMessage> fresh, CancellationToken stopping)
    {
        if (deadLetters is null || await check.FindAsync(fresh, stopping) is not { Count: > 0 } refused) return new HashSet<string>();
        var notTaken = await deadLetters.SendAsync(refused, queue, stopping);
        if (notTaken.Count > 0) Log.NotBuried(log, queue, notTaken.Count);
        var taken = refused.Where((_, number) => !notTaken.Contains(number)).ToList();
        await messages.BuryAsync(dataset, queue, [.. taken.Select(each => new DeadMessage(each.Message.Id, each.Code, each.Field))], stopping);
        return taken.Select(each => each.Message.Id).ToHashSet(StringComparer.Ordinal);
    }

    private async Task<int> LandAsync(List<SqsMessage> fresh, CancellationToken stopping)
    {
        for (var race = 0; fresh.Count > 0; race++)
        {
            var claim = (await ledger.ClaimAsync(dataset, [ShardNames.Sqs(queue).Stream], stopping))[0];
            if (claim.Stopped)
                throw new TerminalException($"{claim.Shard} of {dataset} is stopped; raise its generation, and its messages are landed again.");
            var first = claim.NextPosition ?? 0;
            var piece = new Piece(new(first, first + fresh.Count), [.. fresh.Select((message, i) => message.ToRecord(first + i))]);
            var draft = (await landing.WriteAsync(dataset, claim, [piece], stopping))[0];
            if (await messages.LandAsync(draft, queue, [.. fresh.Select(message => message.Id)], stopping))
            {
                Landed.Count(dataset, [draft]);
                return fresh.Count;
            }
            if (race == MaxRaces)
                throw new TransientException($"Landing {dataset} lost {MaxRaces} races for {claim.Shard}; another worker holds the shard.");
            // Two workers on one queue fence each other; a random pause lets one of them through.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50 + 10 * race)), time, stopping);
            fresh = await NewAsync(fresh, stopping);
        }
        return 0;
    }
}
