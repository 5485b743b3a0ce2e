using Npgsql;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>A table as the catalogue describes it.</summary>
/// <param name="UniqueKeys">Column names of each index that ON CONFLICT can use: unique, valid, not partial, columns only.</param>
internal sealed record ExistingTable(IReadOnlyList<ExistingColumn> Columns, IReadOnlyList<string[]> UniqueKeys)
{
    /// <summary>Reads the catalogue; null when there is no such table.</summary>
    public static async Task<ExistingTable?> ReadAsync(NpgsqlConnection connection, TableShape shape, CancellationToken stopping)
    {
        var columns = await connection.Command(
            """
            SELECT attname::text, format_type(atttypid, atttypmod), attnotnull, atthasdef OR attidentity <> ''
            FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
            """, shape.QualifiedName)
            .ListAsync(row => new ExistingColumn(row.GetString(0), row.GetString(1), row.GetBoolean(2), row.GetBoolean(3)), stopping);
        if (columns.Count == 0) return null;
        var keys = await connection.Command(
            """
            SELECT array(SELECT attname::text FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY(indkey[0:indnkeyatts - 1]))
            FROM pg_index WHERE indrelid = to_regclass($1) AND indisunique AND indisvalid AND indimmediate AND indpred IS NULL AND indexprs IS NULL
            """, shape.QualifiedName).ListAsync(row => row.GetFieldValue<string[]>(0), stopping);
        return new(columns, keys);
    }
}

/// <summary>A column as the catalogue describes it.</summary>
internal sealed record ExistingColumn(string Name, string SqlType, bool NotNull, bool HasDefault);
