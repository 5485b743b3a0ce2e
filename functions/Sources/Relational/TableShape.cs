using Npgsql;
using NpgsqlTypes;

namespace Pipeline.Sources.Relational;

/// <summary>A column of a table as the catalog has it.</summary>
/// <param name="Type">As SQL writes it, such as <c>numeric(12,2)</c>.</param>
/// <param name="BaseType">The type's plain name, that of the base type for a domain.</param>
/// <param name="IsNumber">A number of any kind, money included.</param>
/// <param name="HasOwnOrder">Its base type is none of PostgreSQL's own, such as citext, and has operators of another schema.</param>
internal sealed record TableColumn(string Name, string Type, string BaseType, bool IsNumber, bool IsNotNull, bool HasOwnOrder);

/// <summary>What is known of a table before it is read.</summary>
/// <param name="Columns">In the table's order.</param>
/// <param name="UniqueKeys">Columns of its unique indexes, the primary key's first; those on some rows or on expressions are left out.</param>
internal sealed record TableShape(IReadOnlyList<TableColumn> Columns, IReadOnlyList<IReadOnlyList<string>> UniqueKeys)
{
    // A domain's base type may be a domain itself. Enums, ranges and rows are compared by operators of PostgreSQL's own, wherever they lie.
    // https://www.postgresql.org/docs/current/catalog-pg-attribute.html
    private const string ColumnsSql =
        """
        SELECT a.attname, format_type(a.atttypid, a.atttypmod), base.typname, base.typcategory = 'N', a.attnotnull,
            base.typtype = 'b' AND base.typnamespace <> 'pg_catalog'::regnamespace
        FROM pg_attribute a CROSS JOIN LATERAL (
            WITH RECURSIVE domains (type) AS (
                SELECT a.atttypid UNION ALL SELECT d.typbasetype FROM domains JOIN pg_type d ON d.oid = type WHERE d.typtype = 'd')
            SELECT t.* FROM domains JOIN pg_type t ON t.oid = type WHERE t.typtype <> 'd') AS base
        WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
        """;

    private const string KeysSql =
        """
        SELECT array_agg(a.attname::text ORDER BY place) FROM pg_index i, unnest(i.indkey::smallint[]) WITH ORDINALITY AS part (number, place)
        JOIN pg_attribute a ON a.attnum = number
        WHERE i.indrelid = to_regclass($1) AND a.attrelid = i.indrelid AND i.indisunique AND i.indisvalid AND i.indimmediate
            AND i.indpred IS NULL AND i.indexprs IS NULL AND place <= i.indnkeyatts
        GROUP BY i.indexrelid, i.indisprimary ORDER BY i.indisprimary DESC, i.indexrelid
        """;

    /// <summary>Reads the catalog.</summary>
    /// <returns>Null when there is no such table, or the user may not see its schema.</returns>
    public static async Task<TableShape?> ReadAsync(NpgsqlConnection connection, string quotedName, CancellationToken stopping)
    {
        var columns = await ListAsync(connection, ColumnsSql, quotedName, row => new TableColumn(
            row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5)), stopping);
        if (columns.Count == 0) return null;
        return new(columns, await ListAsync(connection, KeysSql, quotedName, row => row.GetFieldValue<string[]>(0), stopping));
    }

    private static async Task<List<T>> ListAsync<T>(
        NpgsqlConnection connection, string sql, string name, Func<NpgsqlDataReader, T> read, CancellationToken stopping)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = name, NpgsqlDbType = NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var list = new List<T>();
        while (await reader.ReadAsync(stopping)) list.Add(read(reader));
        return list;
    }
}
