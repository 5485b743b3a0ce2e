using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Asks how the tables and views that contracts keep stand, and changes nothing.</summary>
public static class WarehouseHealth
{
    // Only an owner, or a member of the role that owns, may change them: https://www.postgresql.org/docs/current/sql-altertable.html.
    private const string Sql =
        """
        WITH columns AS (SELECT * FROM unnest($1::text[], $2::text[]) AS each (name, column_name)),
        views AS (SELECT * FROM unnest($3::text[], $4::text[]) AS each (name, fingerprint)),
        kept AS (SELECT * FROM pg_class WHERE relnamespace = to_regnamespace('warehouse') AND relkind IN ('r', 'p', 'v'))
        SELECT 'TABLE', format('warehouse.%I', name), coalesce(pg_has_role(kept.relowner, 'USAGE'), true),
            coalesce(row_security_active(kept.oid), false),
            NOT coalesce(column_names <@ array(SELECT attname::text FROM pg_attribute WHERE attrelid = kept.oid AND NOT attisdropped), false)
        FROM (SELECT name, array_agg(column_name) AS column_names FROM columns GROUP BY name) AS tables LEFT JOIN kept ON relname = name
        UNION ALL
        SELECT 'VIEW', format('warehouse.%I', name), coalesce(pg_has_role(kept.relowner, 'USAGE'), true), false,
            obj_description(kept.oid, 'pg_class') IS DISTINCT FROM fingerprint
        FROM views LEFT JOIN kept ON relname = name
        ORDER BY 1, 2
        """;

    /// <summary>What is kept for contracts: tables, then views, by name.</summary>
    /// <exception cref="NpgsqlException">The driver's own.</exception>
    public static async Task<IReadOnlyList<WarehouseObject>> AskAsync(
        NpgsqlDataSource source, IReadOnlyList<DatasetContract> contracts, CancellationToken stopping)
    {
        var columns = contracts.Select(TableShape.Of).OfType<TableShape>().DistinctBy(shape => shape.Table)
            .SelectMany(shape => shape.Columns.Select(column => (shape.Table, Column: column.Name))).ToList();
        var views = contracts.SelectMany(contract => contract.Views).DistinctBy(view => view.Name).ToList();
        await using var connection = await source.OpenConnectionAsync(stopping);
        return await connection.Command(
            Sql, columns.Select(each => each.Table).ToArray(), columns.Select(each => each.Column).ToArray(),
            views.Select(view => view.Name).ToArray(), views.Select(TableViews.Fingerprint).ToArray())
            .ListAsync(row => new WarehouseObject(
                row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4)), stopping);
    }
}

/// <summary>A table or a view that contracts keep.</summary>
/// <param name="Kind">As ALTER writes it: TABLE or VIEW.</param>
/// <param name="Name">With its schema, quoted where it must be.</param>
/// <param name="IsOurs">The role that asks may change it, or it is not there yet.</param>
/// <param name="HidesRows">Row policies apply to that role.</param>
/// <param name="IsDue">The next publication makes it or changes it: it is not there, lacks a column, or has another query.</param>
public sealed record WarehouseObject(string Kind, string Name, bool IsOurs, bool HidesRows, bool IsDue);
