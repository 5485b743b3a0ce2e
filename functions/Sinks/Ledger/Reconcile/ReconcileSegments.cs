using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Ledger.Reconcile;

/// <summary>The landed segments of one dataset: every object is there with its size, and positions of a stream follow each other.</summary>
internal sealed class ReconcileSegments(NpgsqlDataSource ledger, IObjectStore segments, string dataset)
{
    private const int MostGaps = 1000;

    /// <summary>Compares objects, then positions.</summary>
    public async IAsyncEnumerable<Discrepancy> RunAsync(ReconcileOrder order, [EnumeratorCancellation] CancellationToken stopping)
    {
        var landed = ledger.StreamAsync(
            """
            SELECT object_key, max(object_bytes) FROM pipeline.segment
            WHERE dataset = $1 AND state <> 'void' AND ($2::date IS NULL OR landed_at >= $2) AND ($3::date IS NULL OR landed_at < $3 + 1)
            GROUP BY object_key ORDER BY object_key
            """, [dataset, order.From, order.To], row => new Landed(row.GetString(0), row.GetInt64(1)), stopping);
        await foreach (var discrepancy in CompareAsync(landed, order, stopping)) yield return discrepancy;
        await foreach (var discrepancy in GapsAsync(stopping)) yield return discrepancy;
        await foreach (var discrepancy in EndsAsync(stopping)) yield return discrepancy;
    }

    // Objects that the ledger does not know are tries that lost; the sweep deletes them when they cannot land any more.
    private async IAsyncEnumerable<Discrepancy> CompareAsync(
        IAsyncEnumerable<Landed> landed, ReconcileOrder order, [EnumeratorCancellation] CancellationToken stopping)
    {
        const string Remedy = "Restore it from the bucket's versions: it is the only copy of what the source delivered.";
        await foreach (var (row, found) in MergedKeys.MergeAsync(landed, row => row.Key, ListAsync(stopping), found => found.Key, stopping))
        {
            if (row is null) continue;
            order.Looked(row.Bytes);
            if (found is null)
                yield return new(dataset, "segment_missing", row.Key, $"The ledger has it as landed and {segments.Root} does not have it.",
                    Remedy);
            else if (found.Bytes != row.Bytes)
                yield return new(dataset, "segment_size", row.Key, $"It has {found.Bytes} bytes; the ledger says {row.Bytes}.", Remedy);
        }
    }

    // Pages of a provider lie in the provider's folder, whatever datasets they feed. A slash sorts folders as it sorts their keys.
    private async IAsyncEnumerable<Landed> ListAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        var folders = ledger.StreamAsync(
            """
            SELECT folder FROM (SELECT DISTINCT split_part(object_key, '/', 1) || '/' AS folder FROM pipeline.segment
                WHERE dataset = $1 AND state <> 'void') AS folders
            ORDER BY folder COLLATE "C"
            """, [dataset], row => row.GetString(0), stopping);
        await foreach (var folder in folders)
            await foreach (var found in segments.ListAsync(folder, null, stopping)) yield return new(found.Key, found.Bytes);
    }

    private IAsyncEnumerable<Discrepancy> GapsAsync(CancellationToken stopping) => ledger.StreamAsync(
        $"""
        SELECT shard, before, first FROM (
            SELECT segment.shard, lower(positions) AS first,
                lag(upper(positions)) OVER (PARTITION BY segment.shard ORDER BY lower(positions)) AS before
            FROM pipeline.segment JOIN pipeline.source_cursor AS held
                ON held.dataset = segment.dataset AND held.stream = regexp_replace(segment.shard, '-g[0-9]+$', '')
            WHERE segment.dataset = $1) AS landed
        WHERE before <> first ORDER BY shard, first LIMIT {MostGaps}
        """, [dataset], row => new Discrepancy(
            dataset, "positions_missing", row.GetString(0),
            $"Positions {row.GetInt64(1)} to {row.GetInt64(2) - 1} of {row.GetString(0)} are in no segment.",
            "Stop the pipeline and find out who changed the ledger; landing itself never steps over a position."), stopping);

    private IAsyncEnumerable<Discrepancy> EndsAsync(CancellationToken stopping) => ledger.StreamAsync(
        """
        SELECT stream, next_position, landed FROM (
            SELECT stream, next_position, (SELECT max(upper(positions)) FROM pipeline.segment
                WHERE segment.dataset = held.dataset AND segment.shard = held.stream || '-g' || held.generation) AS landed
            FROM pipeline.source_cursor AS held WHERE dataset = $1) AS ends
        WHERE next_position IS NOT NULL AND landed IS NOT NULL AND next_position <> landed ORDER BY stream
        """, [dataset], row => new Discrepancy(
            dataset, "cursor_wrong", row.GetString(0),
            $"The next position of {row.GetString(0)} is {row.GetInt64(1)}, and its last segment ends before {row.GetInt64(2)}.",
            "Stop the pipeline and find out who changed the ledger: it would land twice or leave out."), stopping);

    private sealed record Landed(string Key, long Bytes);
}
