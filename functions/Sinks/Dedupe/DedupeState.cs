using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Dedupe;

/// <summary>What an attempt knew of a dataset's keys when it began.</summary>
/// <param name="Id">The dataset's number in the table of keys.</param>
/// <param name="Commits">Commits that had added keys: what a later one added, the attempt may have asked too early for.</param>
/// <param name="WindowMicros">How far apart two rows with one key may be.</param>
internal sealed record DedupeState(short Id, long Commits, long WindowMicros)
{
    /// <summary>Reads it, within the caller's transaction and before the first question; null when the contract has no dedupe.</summary>
    public static async Task<DedupeState?> BeginAsync(NpgsqlConnection connection, DatasetContract contract, CancellationToken stopping)
    {
        if (contract.Dedupe is not { } spec) return null;
        // Asked first, because every INSERT takes a number, even one that inserts nothing.
        await connection.Command(
            """
            INSERT INTO pipeline.dedupe (dataset) SELECT $1 WHERE NOT EXISTS (SELECT FROM pipeline.dedupe WHERE dataset = $1)
            ON CONFLICT DO NOTHING
            """, contract.Dataset).ExecuteAsync(stopping);
        return (await connection.Command("SELECT id, commits FROM pipeline.dedupe WHERE dataset = $1", contract.Dataset)
            .ListAsync(row => new DedupeState(row.GetInt16(0), row.GetInt64(1), MicrosOf(spec.Window)), stopping))[0];
    }

    /// <summary>A duration in microseconds.</summary>
    public static long MicrosOf(TimeSpan duration) => duration.Ticks / TimeSpan.TicksPerMicrosecond;
}
