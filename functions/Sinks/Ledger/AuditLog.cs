using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>Records who looked at what is hidden. A look that cannot be recorded must not happen.</summary>
public sealed class AuditLog(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Records that a pseudonym is about to be turned back; neither it nor its value is written.</summary>
    /// <param name="actor">The operating system's user.</param>
    /// <param name="reason">Why, in the actor's words.</param>
    /// <param name="masked">The pseudonym, of which the SHA-256 is kept.</param>
    public Task UnmaskingAsync(string actor, string dataset, string column, string reason, string masked, CancellationToken stopping) =>
        RecordAsync("unmask", actor, dataset, column, reason, masked, stopping);

    /// <summary>Records that the records of a landed segment, which are not masked, are about to be read.</summary>
    /// <param name="segment">Its key or path, which stands where an unmasking has its column.</param>
    public Task ReadingSegmentAsync(string actor, string segment, string reason, CancellationToken stopping) =>
        RecordAsync("read_segment", actor, segment.Split('/')[0], segment, reason, segment, stopping);

    private Task RecordAsync(
        string action, string actor, string dataset, string column, string reason, string subject, CancellationToken stopping) =>
        source.TransactAsync($"the audit of {action}", connection => connection.Command(
            """
            INSERT INTO pipeline.audit (at, actor, action, dataset, column_name, reason, masked_sha256)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """,
            time.GetUtcNow(), actor, action, dataset, column, reason,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)))).ExecuteAsync(stopping), stopping);

    /// <summary>Records that refused records of a dataset are about to be looked at, masked.</summary>
    /// <param name="code">The cause; null with <paramref name="field"/> for any.</param>
    /// <param name="limit">How many at most.</param>
    public Task SampleAsync(string actor, string dataset, string? code, string? field, int limit, CancellationToken stopping) =>
        source.TransactAsync("the audit of a look at the quarantine", connection => RecordAsync(
            connection, time.GetUtcNow(), actor, "quarantine_sample", dataset, "Refused records were shown, masked.", code, field, limit, stopping), stopping);

    /// <summary>Records what was done to refused records, within the caller's transaction.</summary>
    internal static Task<int> RecordAsync(
        NpgsqlConnection connection, DateTimeOffset at, string actor, string action, string dataset, string reason, string? code, string? field,
        long records, CancellationToken stopping) => connection.Command(
        "INSERT INTO pipeline.audit (at, actor, action, dataset, reason, code, field, records) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        at, actor, action, dataset, reason, code, field, records).ExecuteAsync(stopping);
}
