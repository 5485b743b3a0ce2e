using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Marks the lake objects whose slices a publication replaces.</summary>
internal static class SupersededObjects
{
    /// <summary>Supersedes all earlier objects of the slices, which are removed once the publication's own are visible.</summary>
    /// <remarks>
    /// One that is superseded already and not removed yet now waits for this publication: its own successor may never become visible.
    /// A publication of which no object is left is superseded itself.
    /// </remarks>
    /// <param name="slices">Folder to provider.</param>
    /// <exception cref="TerminalException">A folder holds rows of another provider.</exception>
    public static async Task MarkAsync(
        NpgsqlConnection connection, long publicationId, IReadOnlyDictionary<string, string> slices, DateTimeOffset now, CancellationToken stopping)
    {
        var marked = await connection.Command(
            """
            UPDATE pipeline.lake_object SET state = 'superseded', superseded_by = $1
            WHERE slice_folder = ANY($2) AND slice_folder IS NOT NULL AND removed_at IS NULL AND publication_id <> $1
            RETURNING publication_id, slice_folder, slice_source
            """, publicationId, slices.Keys.ToArray())
            .ListAsync(row => (Publication: row.GetInt64(0), Folder: row.GetString(1), Source: row.GetString(2)), stopping);
        foreach (var (_, folder, source) in marked)
            if (slices[folder] != source) throw Shared(folder, source, slices[folder]);
        var publications = marked.Select(each => each.Publication).Distinct().ToArray();
        await connection.Command("SELECT id FROM pipeline.publication WHERE id = ANY($1) ORDER BY id FOR UPDATE", publications).ExecuteAsync(stopping);
        await connection.Command(
            """
            UPDATE pipeline.publication SET visible_at = CASE WHEN is_finished THEN coalesce(visible_at, $2) ELSE visible_at END,
                state = CASE WHEN is_replaced THEN 'superseded' WHEN is_finished THEN 'visible' ELSE state END
            FROM (SELECT publication_id AS held, bool_and(role <> 'data' OR state = 'superseded') AS is_replaced, bool_and(state <> 'staged') AS is_finished
                  FROM pipeline.lake_object WHERE publication_id = ANY($1) GROUP BY publication_id) AS objects
            WHERE id = held
            """, publications, now).ExecuteAsync(stopping);
    }

    /// <summary>Two providers' slices share a folder, so that neither can be replaced alone.</summary>
    public static TerminalException Shared(string folder, string one, string other) => new(
        $"Slices of {one} and of {other} share the lake folder {folder}, so that neither can be replaced alone. "
        + "Add the slice's source column to the contract's partition_by.");
}
