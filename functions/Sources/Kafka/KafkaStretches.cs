using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;

namespace Pipeline.Sources.Kafka;

/// <summary>Adjoining pieces of a log that begin where a shard's cursor stands.</summary>
/// <param name="Pieces">In order, without a hole between them; empty when there is nothing to land.</param>
/// <param name="Complete">False when the byte budget ended the stretch: land it, claim again and go on.</param>
public sealed record Stretch(IReadOnlyList<Piece> Pieces, bool Complete);

/// <summary>A range of positions and the records in it.</summary>
/// <param name="IsVoid">The broker no longer has the range: lost, recorded as void and alerted.</param>
public sealed record Piece(PositionRange Positions, IReadOnlyList<RawRecord> Records, bool IsVoid = false);

/// <summary>Joins what was delivered to what the ledger has: crops redeliveries, reads holes from the broker, detects a recreated topic.</summary>
public sealed class KafkaStretches(IKafkaLog kafka, ILandingLedger ledger, KafkaLandingLimits limits)
{
    /// <summary>The stretch from a shard's cursor to the end of what was delivered.</summary>
    public async Task<Stretch> FollowAsync(
        string dataset, ShardClaim claim, TopicPartition topicPartition, IReadOnlyList<RawRecord> delivered, CancellationToken stopping)
    {
        if (claim.Stopped || delivered.Count == 0) return new([], Complete: true);
        if (claim.NextPosition is { } expected && delivered[0].Position < expected
            && await RecreatedAsync(claim, topicPartition, delivered, stopping) is { } reason)
        {
            await ledger.StopAsync(dataset, claim.Shard, reason, stopping);
            return new([], Complete: true);
        }

        var next = claim.NextPosition ?? await StartAsync(topicPartition, delivered[0].Position, stopping);
        var behindHoles = BehindHoles(delivered);
        var pieces = new List<Piece>();
        var run = new List<RawRecord>();
        var first = next;
        foreach (var record in delivered)
        {
            if (record.Position > next)
            {
                Close(next);
                // One read of all holes and what is between them: a topic of transactions has a hole behind each. What the broker has
                // dropped since it delivered it is here alone, and only the hole in front of it is asked for.
                var marks = await kafka.WatermarksAsync(topicPartition, stopping);
                var end = marks.Low > next ? record.Position : behindHoles;
                var read = await ReadHolesAsync(topicPartition, new(next, end), marks, stopping);
                pieces.AddRange(read.Pieces);
                if (!read.Complete) return new(pieces, Complete: false);
                (first, next) = (end, end);
            }

            if (record.Position < next) continue;
            run.Add(record);
            next = record.Position + 1;
        }

        Close(next);
        return new(pieces, Complete: true);

        void Close(long end)
        {
            if (run.Count > 0) pieces.Add(new(new(first, end), run));
            run = [];
        }
    }

    /// <summary>The position from which on nothing is missing in what was delivered: behind its last hole, or its begin.</summary>
    public static long BehindHoles(IReadOnlyList<RawRecord> delivered)
    {
        var i = delivered.Count - 1;
        while (i > 0 && delivered[i - 1].Position + 1 == delivered[i].Position) i--;
        return delivered[i].Position;
    }

    /// <summary>The stretch from a shard's cursor to the end of the log, without any delivery: what a trigger skipped last.</summary>
    public async Task<Stretch> CatchUpAsync(string dataset, ShardClaim claim, TopicPartition topicPartition, CancellationToken stopping)
    {
        if (claim.Stopped) return new([], Complete: true);
        var marks = await kafka.WatermarksAsync(topicPartition, stopping);
        if (claim.NextPosition > marks.High)
        {
            await ledger.StopAsync(dataset, claim.Shard, Shrunk(claim, marks), stopping);
            return new([], Complete: true);
        }

        var next = claim.NextPosition ?? marks.Low;
        return next == marks.High ? new([], Complete: true) : await ReadHolesAsync(topicPartition, new(next, marks.High), marks, stopping);
    }

    private async Task<long> StartAsync(TopicPartition topicPartition, long firstDelivered, CancellationToken stopping) =>
        Math.Min((await kafka.WatermarksAsync(topicPartition, stopping)).Low, firstDelivered);

    private async Task<string?> RecreatedAsync(
        ShardClaim claim, TopicPartition topicPartition, IReadOnlyList<RawRecord> delivered, CancellationToken stopping)
    {
        var marks = await kafka.WatermarksAsync(topicPartition, stopping);
        if (marks.High < claim.NextPosition) return Shrunk(claim, marks);
        foreach (var record in delivered)
            if (record.Position == claim.NextPosition - 1 && claim.LastTimestampMs is { } landed && record.TimestampMs != landed)
                return $"Offset {record.Position} of {claim.Shard.Stream} now has another timestamp ({record.TimestampMs}) than when it was landed"
                    + $" ({landed}): the topic was recreated. Raise the shard's generation to read it from its start.";
        return null;
    }

    private static string Shrunk(ShardClaim claim, Watermarks marks) =>
        $"{claim.Shard.Stream} ends at offset {marks.High}, but {claim.NextPosition} offsets were landed: the topic was recreated or truncated."
        + " Raise the shard's generation to read it from its start.";

    private async Task<Stretch> ReadHolesAsync(
        TopicPartition topicPartition, PositionRange range, Watermarks marks, CancellationToken stopping)
    {
        var pieces = new List<Piece>();
        var from = range.First;
        if (marks.Low > from)
        {
            from = Math.Min(marks.Low, range.Next);
            pieces.Add(new(new(range.First, from), [], IsVoid: true));
        }

        if (from == range.Next) return new(pieces, Complete: true);
        var read = await kafka.ReadAsync(topicPartition, new(from, range.Next), limits.MaxSegmentBytes, stopping);
        pieces.Add(new(new(from, read.Next), read.Records));
        return new(pieces, Complete: read.Next == range.Next);
    }
}

/// <summary>Bounds of what is held in memory while landing.</summary>
/// <param name="MaxSegmentBytes">Raw bytes of one segment, give or take one record; default 16 MiB.</param>
public sealed record KafkaLandingLimits(long MaxSegmentBytes = 16L * 1024 * 1024);
