using Npgsql;
using Pipeline.Domain.Alerts;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Files;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;

namespace Pipeline.Sinks.Ledger;

/// <summary>Numbers dropped files and decides when they are landed, in PostgreSQL.</summary>
public sealed class FileLedger(NpgsqlDataSource source, TimeProvider time) : IFileLedger
{
    private const int AlertAfterFailures = 3;
    private const string RefusedCode = "file_refused";

    /// <inheritdoc/>
    public Task<IReadOnlyList<WaitingFile>> SeeAsync(
        string dataset, Shard shard, IReadOnlyList<StoredObject> listed, DateTimeOffset listedAt, CancellationToken stopping) =>
        source.TransactAsync<IReadOnlyList<WaitingFile>>($"the files of {dataset}", async connection =>
        {
            var rows = await FileStatements.SeeAsync(connection, dataset, shard, listed, listedAt, stopping);
            if (rows.Count > 0 && rows[^1].Number > DroppedFile.MaxNumber)
                throw new TerminalException(
                    $"{dataset} has had {DroppedFile.MaxNumber} files, as many as can be numbered. Read on into a dataset of another name.");
            var modified = listed.ToDictionary(each => (each.Key, each.ETag), each => each.ModifiedAt);
            return [.. rows.Select(row => new WaitingFile(
                new(dataset, shard, row.Number, row.Key, row.ETag, row.Bytes), row.SeenBefore, modified[(row.Key, row.ETag)]))];
        }, stopping);

    /// <inheritdoc/>
    public Task ForgetVanishedAsync(string dataset, DateTimeOffset listedAt, CancellationToken stopping) =>
        source.TransactAsync($"the files of {dataset}", async connection =>
        {
            var now = time.GetUtcNow();
            var gone = await connection.Command(
                """
                UPDATE pipeline.dropped_file SET state = 'gone', ended_at = $3 WHERE dataset = $1 AND state = 'seen' AND seen_at < $2
                RETURNING key, failures
                """, dataset, listedAt, now).ListAsync(row => (Key: row.GetString(0), Failures: row.GetInt32(1)), stopping);
            foreach (var (key, _) in gone.Where(each => each.Failures >= AlertAfterFailures))
                await Alerts.ResolveAsync(connection, Unread(dataset, key, 0, ""), now, stopping);
            return gone.Count;
        }, stopping);

    /// <inheritdoc/>
    public Task<bool> LandAsync(DroppedFile file, IReadOnlyList<SegmentDraft> segments, CancellationToken stopping) =>
        source.TransactAsync($"landing {file.Key} of {file.Dataset}", async connection =>
        {
            var held = await connection.Command(
                "SELECT state, failures FROM pipeline.dropped_file WHERE dataset = $1 AND number = $2 FOR UPDATE",
                file.Dataset, file.Number)
                .ListAsync(row => (State: row.GetString(0), Failures: row.GetInt32(1)), stopping);
            if (held is not [("seen", var failures)]) return false;
            var now = time.GetUtcNow();
            await FileStatements.LandAsync(connection, file, segments, now, stopping);
            if (failures >= AlertAfterFailures) await Alerts.ResolveAsync(connection, Unread(file.Dataset, file.Key, 0, ""), now, stopping);
            await Alerts.ResolveAsync(connection, file.Dataset, RefusedCode, file.Key, now, stopping);   // a corrected file has its key
            return true;
        }, stopping);

    /// <inheritdoc/>
    public Task FailAsync(DroppedFile file, string reason, CancellationToken stopping) =>
        source.TransactAsync($"a try at {file.Key} of {file.Dataset}", async connection =>
        {
            var failures = await connection.Command(
                """
                UPDATE pipeline.dropped_file SET failures = failures + 1, reason = $3 WHERE dataset = $1 AND number = $2 AND state = 'seen'
                RETURNING failures
                """, file.Dataset, file.Number, reason).ListAsync(row => row.GetInt32(0), stopping);
            if (failures is [>= AlertAfterFailures and var times])
                await Alerts.RaiseAsync(connection, Unread(file.Dataset, file.Key, times, reason), time.GetUtcNow(), stopping);
            return failures.Count;
        }, stopping);

    /// <inheritdoc/>
    public Task RefuseAsync(DroppedFile file, string reason, CancellationToken stopping) =>
        source.TransactAsync($"refusing {file.Key} of {file.Dataset}", async connection =>
        {
            var now = time.GetUtcNow();
            var refused = await connection.Command(
                """
                UPDATE pipeline.dropped_file SET state = 'refused', reason = $3, ended_at = $4
                WHERE dataset = $1 AND number = $2 AND state = 'seen'
                """, file.Dataset, file.Number, reason, now).ExecuteAsync(stopping);
            if (refused > 0)
                await Alerts.RaiseAsync(connection, Refused(file, reason), now, stopping);
            return refused;
        }, stopping);

    private static Alert Refused(DroppedFile file, string reason) => new(
        AlertSeverity.Critical, file.Dataset, RefusedCode, file.Key, $"File {file.Key} was not landed: {reason}")
    {
        Since = null, Expected = "a file that can be landed", Seen = reason, Query = AlertQueries.File(file.Dataset, file.Key),
    };

    private static Alert Unread(string dataset, string key, int times, string reason) => new(
        AlertSeverity.Critical, dataset, "file_unread", key,
        $"File {key} could not be read {times} times, the last time because: {reason} It is tried again with every scan; "
        + "let this program read it, or remove it.")
    {
        Since = null, Expected = "a file that can be read", Seen = $"{times} tries that failed, the last because: {reason}",
        Query = AlertQueries.File(dataset, key),
    };
}
