using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Makes sure that a contract's table exists and fits.</summary>
internal static class TableDdl
{
    /// <summary>Creates the table, adds columns that are new in the contract and may be null, and compares the rest.</summary>
    /// <exception cref="TerminalException">Table and contract differ; every difference is listed.</exception>
    public static async Task EnsureAsync(NpgsqlConnection connection, TableShape shape, CancellationToken stopping)
    {
        var existing = await ExistingTable.ReadAsync(connection, shape, stopping);
        if (existing is not null && MissingColumns(shape, existing).Count == 0)
        {
            Compare(shape, existing);
            return;
        }
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        // CREATE TABLE IF NOT EXISTS fails when two sessions run it at once; so they queue.
        await connection.Command("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", shape.QualifiedName).ExecuteAsync(stopping);
        await connection.Command(Create(shape)).ExecuteAsync(stopping);
        existing = (await ExistingTable.ReadAsync(connection, shape, stopping))!;
        var added = MissingColumns(shape, existing).Where(column => !column.Required).ToList();
        Compare(shape, existing with { Columns = [.. existing.Columns, .. added.Select(column => new ExistingColumn(column.Name, column.SqlType, false, false))] });
        foreach (var column in added)
            await connection.Command($"ALTER TABLE {shape.QualifiedName} ADD COLUMN {Definition(column)}").ExecuteAsync(stopping);
        await transaction.CommitAsync(stopping);
    }

    /// <summary>The statement that creates the table.</summary>
    internal static string Create(TableShape shape) =>
        $"CREATE TABLE IF NOT EXISTS {shape.QualifiedName} ({string.Join(", ", shape.Columns.Select(Definition))}, PRIMARY KEY ({Identifiers.Quote(shape.Key)})){SliceIndex(shape)}";

    // Replacing a slice reads the slice's rows and no others, however many stand; a key that begins with its columns serves as well.
    private static string SliceIndex(TableShape shape)
    {
        if (shape.Slice is not { } slice) return "";
        var columns = new[] { slice.Source, slice.Account, slice.Stream, slice.Day }.OfType<string>().ToList();
        if (shape.Key.Take(columns.Count).ToHashSet().SetEquals(columns)) return "";
        return $"; CREATE INDEX IF NOT EXISTS {Identifiers.Quote($"{shape.Table}_slice")} ON {shape.QualifiedName} ({Identifiers.Quote(columns)})";
    }

    private static string Definition(TableColumn column) =>
        $"{Identifiers.Quote(column.Name)} {column.SqlType}{column.Collation}{(column.Required ? " NOT NULL" : "")}";

    private static List<TableColumn> MissingColumns(TableShape shape, ExistingTable existing) =>
        [.. shape.Columns.Where(column => existing.Columns.All(other => other.Name != column.Name))];

    private static void Compare(TableShape shape, ExistingTable existing)
    {
        var differences = new List<string>();
        foreach (var column in shape.Columns)
        {
            var found = existing.Columns.FirstOrDefault(other => other.Name == column.Name);
            if (found is null) differences.Add($"column {column.Name} is required and missing: add it with values for the rows that are there");
            else if (found.SqlType != column.SqlType) differences.Add($"column {column.Name} is {found.SqlType}, the contract says {column.SqlType}");
            else if (found.NotNull && !column.Required) differences.Add($"column {column.Name} is NOT NULL, the contract allows null");
        }
        differences.AddRange(existing.Columns
            .Where(found => found is { NotNull: true, HasDefault: false } && shape.Columns.All(column => column.Name != found.Name))
            .Select(found => $"column {found.Name} is NOT NULL without a default, and the contract does not have it"));
        if (!existing.UniqueKeys.Any(key => key.Order(StringComparer.Ordinal).SequenceEqual(shape.Key.Order(StringComparer.Ordinal))))
            differences.Add($"no primary key or unique index is on exactly ({string.Join(", ", shape.Key)})");
        if (differences.Count > 0)
            throw new TerminalException(
                $"Table {shape.QualifiedName} differs from its contract: {string.Join("; ", differences)}. Change the table or the contract.");
    }
}
