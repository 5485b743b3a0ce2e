using Npgsql;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>Closes refusals that nobody can replay any more, and gives the objects up of which every refusal is settled.</summary>
internal sealed class SettleQuarantine(NpgsqlDataSource source)
{
    /// <summary>Objects that are given up are removed as superseded ones are.</summary>
    /// <remarks>
    /// Refusals of slices end when newer publications have all of the publication's slices. An object is kept while its own publication or a
    /// replay of its refusals may have to be made again with it.
    /// </remarks>
    /// <param name="sliced">Datasets whose slices are replaced.</param>
    /// <returns>Objects given up.</returns>
    public async Task<int> RunAsync(IReadOnlyCollection<string> sliced, CancellationToken stopping)
    {
        if (sliced.Count > 0) await source.ReadAsync("the sweep", connection => connection.Command(
            """
            UPDATE pipeline.rejection SET state = 'superseded' WHERE state = 'open' AND dataset = ANY($1) AND publication_id IN (
                SELECT publication_id FROM pipeline.publication_slice AS taken JOIN pipeline.extraction ON extraction.id = taken.extraction_id
                    JOIN pipeline.publication ON publication.id = publication_id
                    LEFT JOIN pipeline.slice ON slice.dataset = publication.dataset AND slice.source = extraction.source
                        AND slice.account = extraction.account AND slice.stream = extraction.stream AND slice.day = taken.day
                WHERE publication_id IN (SELECT publication_id FROM pipeline.rejection WHERE state = 'open' AND dataset = ANY($1))
                GROUP BY publication_id HAVING bool_and(coalesce(slice.published_by > publication_id, false)))
            """, (object)sliced.ToArray()).ExecuteAsync(stopping), stopping);
        return await source.ReadAsync("the sweep", connection => connection.Command(
            """
            UPDATE pipeline.lake_object SET state = 'superseded' WHERE settled AND state = 'visible' AND role = 'quarantine'
                AND EXISTS (SELECT FROM pipeline.publication AS own WHERE own.id = publication_id AND own.state IN ('visible', 'superseded'))
                AND NOT EXISTS (SELECT FROM pipeline.publication AS replay
                    WHERE replay.refused_of = publication_id AND replay.state IN ('planned', 'committed'))
            """).ExecuteAsync(stopping), stopping);
    }
}
