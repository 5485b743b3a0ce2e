using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;

namespace Pipeline.Sinks.Ledger;

/// <summary>Decides which messages of a queue are landed: their ids stand in PostgreSQL beside the segment that holds them.</summary>
/// <remarks>Ids are looked up and claimed while the shard's cursor is locked, so that of two workers with one message only one lands it.</remarks>
public sealed class QueueLedger(NpgsqlDataSource source, TimeProvider time) : IQueueLedger
{
    /// <inheritdoc/>
    public async Task<IReadOnlySet<string>> KnownAsync(string queue, IReadOnlyCollection<string> messageIds, CancellationToken stopping) =>
        (await source.ReadAsync($"looking messages of {queue} up", connection => KnownAsync(connection, queue, messageIds, stopping), stopping))
            .ToHashSet(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<bool> LandAsync(SegmentDraft draft, string queue, IReadOnlyList<string> messageIds, CancellationToken stopping)
    {
        var runs = SegmentRun.Of([draft]);
        return source.TransactAsync($"landing on {draft.Dataset}", async connection =>
        {
            var held = await LandingStatements.LockAsync(connection, runs, stopping);
            if (!held.Any(runs[0].Follows) || (await KnownAsync(connection, queue, messageIds, stopping)).Count > 0) return false;
            var now = time.GetUtcNow();
            await LandingStatements.InsertAsync(connection, runs, now, stopping);
            await connection.Command(
                """
                INSERT INTO pipeline.queue_message (queue, message_id, position, noted_at)
                SELECT $1, id, $2 + number - 1, $4 FROM unnest($3::text[]) WITH ORDINALITY AS message (id, number)
                """, queue, draft.Positions.First, messageIds.ToArray(), now).ExecuteAsync(stopping);
            return true;
        }, stopping, async (connection, won) => won && await LandingStatements.LandedAsync(connection, runs, stopping));
    }

    /// <inheritdoc/>
    public Task BuryAsync(string dataset, string queue, IReadOnlyList<DeadMessage> dead, CancellationToken stopping) =>
        source.TransactAsync($"giving messages of {queue} up", async connection =>
        {
            await connection.Command(
                """
                INSERT INTO pipeline.source_cursor AS held (dataset, stream, epoch) VALUES ($1, $2, 1)
                ON CONFLICT (dataset, stream) DO UPDATE SET epoch = held.epoch
                """, dataset, ShardNames.Sqs(queue).Stream).ExecuteAsync(stopping);
            return await connection.Command(
                """
                INSERT INTO pipeline.queue_message (queue, message_id, code, field, noted_at)
                SELECT $1, id, code, field, $5 FROM unnest($2::text[], $3::text[], $4::text[]) AS message (id, code, field)
                ON CONFLICT (queue, message_id) DO NOTHING
                """,
                queue, dead.Select(message => message.MessageId).ToArray(), dead.Select(message => message.Code.Text()).ToArray(),
                dead.Select(message => message.Field).ToArray(), time.GetUtcNow()).ExecuteAsync(stopping);
        }, stopping);

    /// <inheritdoc/>
    public Task<int> PurgeAsync(DateTimeOffset before, CancellationToken stopping) =>
        source.ReadAsync("forgetting old messages", connection => connection.Command(
            "DELETE FROM pipeline.queue_message WHERE noted_at < $1", before).ExecuteAsync(stopping), stopping);

    private static Task<List<string>> KnownAsync(
        NpgsqlConnection connection, string queue, IReadOnlyCollection<string> messageIds, CancellationToken stopping) => connection.Command(
            "SELECT message_id FROM pipeline.queue_message WHERE queue = $1 AND message_id = ANY($2)", queue, messageIds.ToArray())
            .ListAsync(row => row.GetString(0), stopping);
}
