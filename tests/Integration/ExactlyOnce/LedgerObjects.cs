using Npgsql;

namespace Pipeline.Tests.Integration.ExactlyOnce;

/// <summary>Compares the Parquet objects of a lake in a folder with those that its ledger calls visible.</summary>
internal static class LedgerObjects
{
    /// <summary>Keys of objects that readers see and the ledger does not know.</summary>
    public static IReadOnlyList<string> Unknown(string lake, string database) => [.. Seen(lake).Except(Visible(database)).Order(StringComparer.Ordinal)];

    /// <summary>Keys of objects that the ledger calls visible and nobody can see.</summary>
    public static IReadOnlyList<string> Lost(string lake, string database) => [.. Visible(database).Except(Seen(lake)).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Seen(string lake) =>
        Directory.EnumerateFiles(lake, "*.parquet", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(lake, path));

    private static HashSet<string> Visible(string database)
    {
        using var connection = new NpgsqlConnection(database);
        connection.Open();
        using var command = new NpgsqlCommand("SELECT key FROM pipeline.lake_object WHERE state = 'visible' AND role = 'data'", connection);
        using var reader = command.ExecuteReader();
        var known = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read()) known.Add(reader.GetString(0));
        return known;
    }
}
