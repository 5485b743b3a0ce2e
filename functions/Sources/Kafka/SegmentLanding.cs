using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Transforms.Segments;

namespace Pipeline.Sources.Kafka;

/// <summary>Writes pieces of a log as segment objects, as few as the size bound allows, and drafts their ledger rows.</summary>
public sealed class SegmentLanding(IObjectStore segments, KafkaLandingLimits limits)
{
    /// <summary>Writes the objects; the drafts follow each other without a hole and are not yet in the ledger.</summary>
    public async Task<IReadOnlyList<SegmentDraft>> WriteAsync(
        string dataset, ShardClaim claim, IReadOnlyList<Piece> pieces, CancellationToken stopping)
    {
        var drafts = new List<SegmentDraft>();
        var pending = new List<Piece>();
        var bytes = 0L;
        foreach (var piece in pieces)
        {
            if (pending.Count > 0 && (piece.IsVoid || bytes >= limits.MaxSegmentBytes)) await FlushAsync();
            if (piece.IsVoid)
            {
                drafts.Add(new(dataset, claim.Shard, piece.Positions, claim.Epoch, ObjectKey: "", 0, 0, 0, LastTimestampMs: null));
                continue;
            }

            pending.Add(piece);
            bytes += piece.Records.Sum(record => (long)record.Value.Length);
        }

        if (pending.Count > 0) await FlushAsync();
        return drafts;

        async Task FlushAsync()
        {
            drafts.Add(await WriteOneAsync(dataset, claim, pending, stopping));
            pending.Clear();
            bytes = 0;
        }
    }

    private async Task<SegmentDraft> WriteOneAsync(string dataset, ShardClaim claim, List<Piece> pieces, CancellationToken stopping)
    {
        var positions = new PositionRange(pieces[0].Positions.First, pieces[^1].Positions.Next);
        var key = SegmentDraft.KeyOf(dataset, claim.Shard, positions, claim.Epoch);
        using var writer = new SegmentWriter();
        long? lastTimestamp = null;
        foreach (var record in pieces.SelectMany(piece => piece.Records))
        {
            writer.Append(record);
            lastTimestamp = record.Position == positions.Last ? record.TimestampMs : null;
        }

        var content = writer.Finish();
        await segments.PutAsync(key, content, stopping);
        return new(dataset, claim.Shard, positions, claim.Epoch, key, writer.Records, writer.RawBytes, content.Length, lastTimestamp);
    }
}
