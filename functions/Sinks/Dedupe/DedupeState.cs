using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Segments;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Rows;

namespace Pipeline.Sinks.Dedupe;

/// <summary>What an attempt knew of a dataset's keys when it began.</summary>
/// <param name="Id">The dataset's number in the table of keys.</param>
/// <param name="Commits">Commits that had added keys: what a later one added, the attempt may have asked too early for.</param>
/// <param name="WindowMicros">How far apart two rows with one key may be.</param>
internal sealed record DedupeState(short Id, long Commits, long WindowMicros)
{
    /// <summary>Records that are decided on anew, as an <c>int8multirange</c> of owners: a key of theirs makes nothing a duplicate, and the
    /// commit gives it up.</summary>
    public string Anew { get; private init; } = "{}";

    /// <summary>The state for an attempt. One that replays a publication as a whole decides on all of its records anew: under another
    /// contract the row that had a key may be refused, and its duplicate be good.</summary>
    public DedupeState For(PublicationAttempt attempt) => attempt.Replay is { RefusedOf: null }
        ? this with { Anew = $"{{{string.Join(',', attempt.Segments.SelectMany(OwnersOf))}}}" } : this;

    private static IEnumerable<string> OwnersOf(LandedSegment segment)
    {
        var zero = RecordOwners.FirstOf(segment.Shard);
        var (first, last) = (RecordOwners.Of(zero, segment.Positions.First), RecordOwners.Of(zero, segment.Positions.Next - 1));
        return first <= last ? [$"[{first},{last}]"] : [$"[{first},)", $"(,{last}]"];
    }

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
