using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Slices;

namespace Pipeline.Sinks.Ledger;

/// <summary>Plans publications over segments that were published before, for datasets whose slices are not replaced; ordinary planning
/// returns them too.</summary>
public sealed class ReplayPlanner(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Publications that one order plans at most.</summary>
    public const int MaxPublications = 1000;

    private const string Live = "state IN ('committed', 'visible')";

    /// <summary>Plans to publish again, as a whole, what has event times on these days, or without any was committed on them.</summary>
    /// <param name="to">Last day, included; UTC as <paramref name="from"/>.</param>
    /// <exception cref="TerminalException">Too many at once, or rows could be published twice: nothing is planned.</exception>
    public Task<ReplayPlan> WholeAsync(DatasetContract contract, DateOnly from, DateOnly to, CancellationToken stopping) =>
        source.TransactAsync($"planning a replay of {contract.Dataset}", async connection =>
        {
            var roots = await connection.Command(
                $"""
                SELECT DISTINCT CASE WHEN refused_of IS NULL THEN id ELSE replays END FROM pipeline.publication
                WHERE dataset = $1 AND {Live} AND coalesce(min_event_time, committed_at) < $3 AND coalesce(max_event_time, committed_at) >= $2
                ORDER BY 1 LIMIT $4
                """, contract.Dataset, Start(from), Start(to.AddDays(1)), MaxPublications + 1).ListAsync(row => row.GetInt64(0), stopping);
            if (roots.Count > MaxPublications)
                throw new TerminalException(
                    $"More than {MaxPublications} publications of {contract.Dataset} have rows from {from:yyyy-MM-dd} to {to:yyyy-MM-dd}. "
                    + "Replay fewer days at a time.");
            return await PlanWholeAsync(connection, contract, [.. roots], stopping);
        }, stopping);

    /// <summary>Plans to publish what was refused: from each publication that has such refusals open, its refused records alone, or the
    /// publication as a whole where a refused record may have been any number of rows.</summary>
    /// <param name="code">One code; null for all.</param>
    /// <param name="field">One field; null for all.</param>
    /// <returns>At most <see cref="MaxPublications"/>, the oldest first; what is under way is left out.</returns>
    /// <exception cref="TerminalException">Rows could be published twice: nothing is planned.</exception>
    public Task<ReplayPlan> RefusedAsync(DatasetContract contract, string? code, string? field, CancellationToken stopping) =>
        source.TransactAsync($"planning a replay of what {contract.Dataset} refused", async connection =>
        {
            var refused = await RefusalsAsync(connection, contract.Dataset, code, field, stopping);
            var whole = await HoldersAsync(connection, contract, [.. refused.Keys], stopping);
            var roots = refused.Where(each => whole.Contains(each.Key)).Select(each => each.Value.Root).Distinct().Order().ToArray();
            var alone = refused.Keys.Where(id => !whole.Contains(id)).Order().ToArray();
            var planned = await connection.Command(
                """
                INSERT INTO pipeline.publication (
                    dataset, contract_version, state, raw_bytes, planned_at, replays, refused_of, refused_code, refused_field)
                SELECT dataset, $2, 'planned', raw_bytes, $3, CASE WHEN refused_of IS NULL THEN id ELSE replays END, id, $4, $5
                FROM pipeline.publication WHERE id = ANY($1) ORDER BY id
                ON CONFLICT DO NOTHING RETURNING id, replays, refused_of
                """, alone, contract.Version, time.GetUtcNow(), code, field)
                .ListAsync(row => (Id: row.GetInt64(0), Root: row.GetInt64(1), RefusedOf: row.GetInt64(2)), stopping);
            await PinAsync(connection, [.. planned.Select(each => (each.Id, each.Root))], stopping);
            var replayed = await PlanWholeAsync(connection, contract, roots, stopping);
            var records = planned.Sum(each => refused[each.RefusedOf].Records)
                + refused.Where(each => whole.Contains(each.Key) && replayed.Roots.Contains(each.Value.Root)).Sum(each => each.Value.Records);
            return new ReplayPlan([.. planned.Select(each => each.Id), .. replayed.Publications], records);
        }, stopping);

    /// <summary>The slices of which refusals are open, for datasets whose slices are replaced.</summary>
    /// <returns>Windows of an account's days that follow each other, and the records refused.</returns>
    public Task<(IReadOnlyList<SliceWindow> Windows, long Records)> RefusedSlicesAsync(
        string dataset, string? code, string? field, CancellationToken stopping) =>
        source.ReadAsync<(IReadOnlyList<SliceWindow>, long)>($"reading what {dataset} refused", async connection =>
        {
            var refused = await RefusalsAsync(connection, dataset, code, field, stopping);
            var days = await connection.Command(
                """
                SELECT DISTINCT account, day FROM pipeline.publication_slice JOIN pipeline.extraction ON extraction.id = extraction_id
                WHERE publication_id = ANY($1) ORDER BY account, day
                """, refused.Keys.ToArray()).ListAsync(row => (Account: row.GetString(0), Day: row.GetFieldValue<DateOnly>(1)), stopping);
            var windows = new List<SliceWindow>();
            foreach (var (account, day) in days)
            {
                if (windows is [.., var last] && last.Account == account && last.To.AddDays(1) == day) windows[^1] = last with { To = day };
                else windows.Add(new("", account, "", day, day));
            }
            return (windows, refused.Values.Sum(each => each.Records));
        }, stopping);

    private static DateTimeOffset Start(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private static async Task<Dictionary<long, (long Root, long Records)>> RefusalsAsync(
        NpgsqlConnection connection, string dataset, string? code, string? field, CancellationToken stopping) => (await connection.Command(
        $"""
        SELECT publication.id, CASE WHEN refused_of IS NULL THEN publication.id ELSE replays END AS root, sum(rejection.records)::bigint
        FROM pipeline.rejection JOIN pipeline.publication ON publication.id = publication_id
        WHERE rejection.dataset = $1 AND rejection.state = 'open' AND ($2::text IS NULL OR code = $2) AND ($3::text IS NULL OR field = $3)
            AND publication.{Live}
            AND EXISTS (SELECT FROM pipeline.lake_object AS kept
                WHERE kept.publication_id = publication.id AND kept.role = 'quarantine' AND kept.state = 'visible')
            AND NOT EXISTS (SELECT FROM pipeline.publication AS other WHERE other.refused_of = publication.id AND other.state = 'planned')
        GROUP BY publication.id ORDER BY publication.id LIMIT $4
        """, dataset, code, field, MaxPublications)
        .ListAsync(row => (Id: row.GetInt64(0), Root: row.GetInt64(1), Records: row.GetInt64(2)), stopping))
        .ToDictionary(row => row.Id, row => (row.Root, row.Records));

    // Of the publications those that hold records of which any number of rows may come.
    private static async Task<HashSet<long>> HoldersAsync(
        NpgsqlConnection connection, DatasetContract contract, long[] publications, CancellationToken stopping) => (await connection.Command(
        """
        SELECT DISTINCT publication_segment.publication_id, shard
        FROM pipeline.publication_segment JOIN pipeline.segment ON segment.id = segment_id
        WHERE publication_segment.publication_id = ANY($1)
        """, publications).ListAsync(row => (Id: row.GetInt64(0), Shard: row.GetString(1)), stopping))
        .Where(each => !contract.IsRowEach(ShardText.Parse(each.Shard))).Select(each => each.Id).ToHashSet();

    private async Task<ReplayPlan> PlanWholeAsync(
        NpgsqlConnection connection, DatasetContract contract, long[] roots, CancellationToken stopping)
    {
        if (contract.Dedupe is not null) await KeptKeys.RequireAsync(connection, contract.Dataset, roots, stopping);
        var planned = await connection.Command(
            $"""
            INSERT INTO pipeline.publication (dataset, contract_version, state, raw_bytes, planned_at, replays)
            SELECT dataset, $2, 'planned', raw_bytes, $3, id FROM pipeline.publication WHERE id = ANY($1) AND {Live} ORDER BY id
            ON CONFLICT DO NOTHING RETURNING id, replays
            """, roots, contract.Version, time.GetUtcNow()).ListAsync(row => (Id: row.GetInt64(0), Root: row.GetInt64(1)), stopping);
        await PinAsync(connection, planned, stopping);
        return new([.. planned.Select(each => each.Id)], 0) { Roots = planned.Select(each => each.Root).ToHashSet() };
    }

    private static Task<int> PinAsync(NpgsqlConnection connection, List<(long Id, long Root)> planned, CancellationToken stopping) =>
        connection.Command(
            """
            INSERT INTO pipeline.publication_segment (publication_id, segment_id)
            SELECT planned.id, segment_id FROM unnest($1::bigint[], $2::bigint[]) AS planned (id, root)
                JOIN pipeline.publication_segment ON publication_id = planned.root
            """, planned.Select(each => each.Id).ToArray(), planned.Select(each => each.Root).ToArray()).ExecuteAsync(stopping);
}

/// <summary>Replays that an order planned.</summary>
/// <param name="Publications">Their ids; empty when there is nothing to replay, or it is under way.</param>
/// <param name="Records">Refused records they take, where only refusals were asked for.</param>
public sealed record ReplayPlan(IReadOnlyList<long> Publications, long Records)
{
    /// <summary>The publications that are replayed as a whole.</summary>
    internal IReadOnlySet<long> Roots { get; init; } = new HashSet<long>();
}
