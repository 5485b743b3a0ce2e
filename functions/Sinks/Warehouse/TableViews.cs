using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Creates the views that are kept with the contracts, and changes those whose query was changed.</summary>
internal static class TableViews
{
    /// <summary>
    /// Makes sure of a dataset's views, each by itself. A view that reads a table which is not there yet is left to the dataset that brings
    /// the table: it names the view too.
    /// </summary>
    /// <exception cref="PostgresException">PostgreSQL refused a query for another reason.</exception>
    public static async Task EnsureAsync(NpgsqlConnection connection, IReadOnlyList<ViewSpec> views, CancellationToken stopping)
    {
        foreach (var view in views)
            if (await CommentAsync(connection, view, stopping) != Fingerprint(view)) await CreateAsync(connection, view, stopping);
    }

    private static async Task CreateAsync(NpgsqlConnection connection, ViewSpec view, CancellationToken stopping)
    {
        try
        {
            await CreateAsync(connection, view, replace: true, stopping);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidTableDefinition)
        {
            // A view can only gain columns at its end in place.
            await CreateAsync(connection, view, replace: false, stopping);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return;     // the dataset of the missing table comes later
        }
    }

    private static async Task CreateAsync(NpgsqlConnection connection, ViewSpec view, bool replace, CancellationToken stopping)
    {
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        var name = QualifiedName(view);
        await connection.Command("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name).ExecuteAsync(stopping);
        if (!replace) await connection.Command($"DROP VIEW IF EXISTS {name}").ExecuteAsync(stopping);
        await connection.Command($"CREATE OR REPLACE VIEW {name} AS {view.Query}").ExecuteAsync(stopping);
        await connection.Command($"COMMENT ON VIEW {name} IS '{Fingerprint(view)}'").ExecuteAsync(stopping);
        await transaction.CommitAsync(stopping);
    }

    private static async Task<string?> CommentAsync(NpgsqlConnection connection, ViewSpec view, CancellationToken stopping) =>
        (await connection.Command("SELECT obj_description(to_regclass($1), 'pg_class')", QualifiedName(view))
            .ListAsync(row => row.Text(0), stopping))[0];

    private static string QualifiedName(ViewSpec view) => $"{Identifiers.Schema}.{Identifiers.Quote(view.Name)}";

    /// <summary>The comment by which a view tells what query it was made of.</summary>
    internal static string Fingerprint(ViewSpec view) =>
        $"Kept with the dataset contracts: {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(view.Query)))}";
}
