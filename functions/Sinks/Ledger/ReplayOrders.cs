using Npgsql;
using Pipeline.Domain.Publications;

namespace Pipeline.Sinks.Ledger;

/// <summary>Reads what a publication was planned to publish again.</summary>
internal static class ReplayOrders
{
    /// <summary>What a planned publication has left to replay.</summary>
    /// <returns>Null when nothing is left of it: what it replays was superseded, or its refusals were settled by others.</returns>
    public static async Task<ReplayOrder?> OpenAsync(NpgsqlConnection connection, long publicationId, CancellationToken stopping)
    {
        var orders = await connection.Command(
            """
            SELECT mine.replays, mine.refused_of FROM pipeline.publication AS mine
                JOIN pipeline.publication AS root ON root.id = mine.replays AND root.state IN ('committed', 'visible')
                LEFT JOIN pipeline.publication AS refused ON refused.id = mine.refused_of
            WHERE mine.id = $1 AND (mine.refused_of IS NULL OR refused.state IN ('committed', 'visible'))
            """, publicationId).ListAsync(row => (Root: row.GetInt64(0), RefusedOf: row.Nullable<long>(1)), stopping);
        if (orders is not [var order]) return null;
        if (order.RefusedOf is not { } refusedOf) return new(order.Root, null, []);
        var causes = await CausesAsync(
            connection,
            """
            FROM pipeline.rejection JOIN pipeline.publication ON publication.id = $2
            WHERE publication_id = $1 AND rejection.state = 'open'
                AND code = coalesce(refused_code, code) AND field = coalesce(refused_field, field)
            """, refusedOf, publicationId, stopping);
        return causes.Count == 0 ? null : new(order.Root, refusedOf, causes);
    }

    /// <summary>What a committed publication has replayed; null when its records were published for the first time.</summary>
    public static async Task<ReplayOrder?> DecidedAsync(NpgsqlConnection connection, long publicationId, CancellationToken stopping)
    {
        var orders = await connection.Command(
            "SELECT replays, refused_of FROM pipeline.publication WHERE id = $1 AND replays IS NOT NULL", publicationId)
            .ListAsync(row => (Root: row.GetInt64(0), RefusedOf: row.Nullable<long>(1)), stopping);
        if (orders is not [var order]) return null;
        return new(order.Root, order.RefusedOf, order.RefusedOf is { } refusedOf
            ? await CausesAsync(
                connection, "FROM pipeline.rejection WHERE publication_id = $1 AND replayed_by = $2", refusedOf, publicationId, stopping)
            : []);
    }

    private static Task<List<RefusalCause>> CausesAsync(
        NpgsqlConnection connection, string from, long refusedOf, long publicationId, CancellationToken stopping) => connection.Command(
        $"SELECT code, field, records {from} ORDER BY code, field", refusedOf, publicationId)
        .ListAsync(row => new RefusalCause(row.GetString(0), row.GetString(1), row.GetInt64(2)), stopping);
}
