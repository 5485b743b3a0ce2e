using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Warehouse;

namespace Pipeline.Sinks.Ledger.Reconcile;

/// <summary>What the ledger counted of one dataset: publications balance, and the table has the rows that were published.</summary>
internal sealed class ReconcileCounts(NpgsqlDataSource ledger, DatasetContract contract)
{
    private const int MostFaults = 1000;

    /// <summary>Counts publications, then the table.</summary>
    public async IAsyncEnumerable<Discrepancy> RunAsync(ReconcileOrder order, [EnumeratorCancellation] CancellationToken stopping)
    {
        await foreach (var discrepancy in PublicationsAsync(stopping)) yield return discrepancy;
        if (TableShape.Of(contract) is not { } shape || !await ExistsAsync(shape, stopping)) yield break;
        await foreach (var discrepancy in StrangersAsync(shape, stopping)) yield return discrepancy;
        var rows = shape.Slice is null ? RowsAsync(shape, stopping) : SlicesAsync(shape, shape.Slice, order, stopping);
        await foreach (var discrepancy in rows) yield return discrepancy;
    }

    private IAsyncEnumerable<Discrepancy> PublicationsAsync(CancellationToken stopping) => ledger.StreamAsync(
        $"""
        SELECT id, rows_in, rows_out, rows_duplicate, rows_rejected, refused, stored FROM (
            SELECT id, rows_in, rows_out, rows_duplicate, rows_rejected,
                (SELECT coalesce(sum(records), 0)::bigint FROM pipeline.rejection
                    WHERE publication_id = publication.id AND rejection.state <> 'replayed') AS refused,
                (SELECT sum(rows)::bigint FROM pipeline.lake_object WHERE publication_id = publication.id AND role = 'data') AS stored
            FROM pipeline.publication WHERE dataset = $1 AND state NOT IN ('planned', 'failed')) AS counted
        WHERE rows_in <> rows_out + rows_duplicate + rows_rejected OR refused <> rows_rejected OR coalesce(stored, 0) <> rows_out
        ORDER BY id LIMIT {MostFaults}
        """, [contract.Dataset], row => new Discrepancy(
            contract.Dataset, "publication_unbalanced", $"{row.GetInt64(0)}",
            $"Publication {row.GetInt64(0)} has {row.GetInt64(1)} rows in, {row.GetInt64(2)} out, {row.GetInt64(3)} duplicates, "
            + $"{row.GetInt64(4)} refused; its refusals say {row.GetInt64(5)}, its objects {row.Nullable<long>(6) ?? 0}.",
            "Find out who changed the ledger; the program checks the balance in the commit itself."), stopping);

    private async Task<bool> ExistsAsync(TableShape shape, CancellationToken stopping)
    {
        await foreach (var stands in ledger.StreamAsync(
            "SELECT to_regclass($1) IS NOT NULL", [shape.QualifiedName], row => row.GetBoolean(0), stopping)) return stands;
        return false;
    }

    private IAsyncEnumerable<Discrepancy> StrangersAsync(TableShape shape, CancellationToken stopping) => ledger.StreamAsync(
        $"""
        SELECT publication, rows FROM (
            SELECT {Identifiers.Quote(TableShape.Publication)} AS publication, count(*) AS rows
            FROM {shape.QualifiedName} GROUP BY 1) AS held
        WHERE NOT EXISTS (SELECT FROM pipeline.publication WHERE id = publication AND dataset = $1 AND state NOT IN ('planned', 'failed'))
        ORDER BY publication LIMIT {MostFaults}
        """, [contract.Dataset], row => new Discrepancy(
            contract.Dataset, "rows_unknown", shape.QualifiedName,
            $"{row.GetInt64(1)} rows are of publication {row.GetInt64(0)}, which was never committed for {contract.Dataset}.",
            "Find out who wrote them; if the ledger was restored from an older backup, replay the dataset."), stopping);

    // An upsert leaves one row of a key, so that only bounds are known.
    private IAsyncEnumerable<Discrepancy> RowsAsync(TableShape shape, CancellationToken stopping) => ledger.StreamAsync(
        $"""
        SELECT held, published FROM (SELECT (SELECT count(*) FROM {shape.QualifiedName}) AS held,
            (SELECT coalesce(sum(rows_out), 0)::bigint FROM pipeline.publication
             WHERE dataset = $1 AND state NOT IN ('planned', 'failed')) AS published) AS counted
        WHERE held > published OR (held = 0 AND published > 0)
        """, [contract.Dataset], row => new Discrepancy(
            contract.Dataset, "table_rows", shape.QualifiedName, $"It has {row.GetInt64(0)} rows; {row.GetInt64(1)} were published.",
            "Find out who changed the table; replay the dataset to fill it again."), stopping);

    private IAsyncEnumerable<Discrepancy> SlicesAsync(
        TableShape shape, SliceColumns slice, ReconcileOrder order, CancellationToken stopping) => ledger.StreamAsync(
        $"""
        SELECT coalesce(ledger.day, held.day), coalesce(ledger.rows, 0), coalesce(held.rows, 0)
        FROM (SELECT day, sum(rows)::bigint AS rows FROM pipeline.slice
              WHERE dataset = $1 AND published_extraction IS NOT NULL GROUP BY day) AS ledger
        FULL JOIN (SELECT {Identifiers.Quote(slice.Day)} AS day, count(*) AS rows FROM {shape.QualifiedName} GROUP BY 1) AS held
            ON held.day = ledger.day
        WHERE coalesce(ledger.rows, 0) <> coalesce(held.rows, 0)
            AND ($2::date IS NULL OR coalesce(ledger.day, held.day) >= $2) AND ($3::date IS NULL OR coalesce(ledger.day, held.day) <= $3)
        ORDER BY 1 LIMIT {MostFaults}
        """, [contract.Dataset, order.From, order.To], row => new Discrepancy(
            contract.Dataset, "slice_rows", $"{row.GetFieldValue<DateOnly>(0):yyyy-MM-dd}",
            $"{shape.QualifiedName} has {row.GetInt64(2)} rows of this day; {row.GetInt64(1)} were published.",
            "Find out who changed the table; replay the day to fill it again."), stopping);
}
