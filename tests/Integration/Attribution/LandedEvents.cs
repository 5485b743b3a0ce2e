using System.Text;
using Npgsql;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Segments;

namespace Pipeline.Tests.Integration.Attribution;

/// <summary>Lands records as a batch of a topic would be.</summary>
internal static class LandedEvents
{
    public static async Task LandAsync(
        NpgsqlDataSource source, IObjectStore segments, string dataset, IReadOnlyList<string> records, CancellationToken stopping)
    {
        var ledger = new LandingLedger(source, TimeProvider.System);
        var claim = (await ledger.ClaimAsync(dataset, [$"{dataset}-0"], stopping))[0];
        var first = claim.NextPosition ?? 0;
        using var writer = new SegmentWriter();
        for (var i = 0; i < records.Count; i++)
            writer.Append(new(first + i, 0, default, HasKey: false, Encoding.UTF8.GetBytes(records[i]), HasValue: true));
        var content = writer.Finish().ToArray();
        var positions = new PositionRange(first, first + records.Count);
        var key = SegmentDraft.KeyOf(dataset, claim.Shard, positions, claim.Epoch);
        await segments.PutAsync(key, content, stopping);
        var draft = new SegmentDraft(
            dataset, claim.Shard, positions, claim.Epoch, key, records.Count, writer.RawBytes, content.Length, LastTimestampMs: 0);
        Assert.Empty(await ledger.LandAsync([draft], stopping));
    }
}
