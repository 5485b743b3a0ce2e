using Npgsql;
using Pipeline.Tests.Integration.Readers;

namespace Pipeline.Tests.Integration.ExactlyOnce;

/// <summary>Compares the warehouse table of the user actions with the NDJSON they came from.</summary>
internal static class UserActionsTable
{
    /// <summary>The latest row of each user and SKU, and no other. The generator makes no two events of both in the same second.</summary>
    public static async Task AssertHoldsLatestAsync(string database, string input, CancellationToken stopping)
    {
        var expected = ParquetReaders.Query($"""
            SELECT user_id || '|' || "SKU" || '|' || strftime(max(event_datetime), '%Y-%m-%d %H:%M:%S') || '|' || arg_max(event_name, event_datetime)
            FROM ({UserActionsLake.Expected(input)}) GROUP BY user_id, "SKU"
            """).Select(row => row[0]!).ToHashSet(StringComparer.Ordinal);
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(stopping);
        await using var command = new NpgsqlCommand("""
            SELECT user_id || '|' || "SKU" || '|' || to_char(event_datetime AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || '|' || event_name
            FROM warehouse.user_activity_latest
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(stopping);
        var found = new List<string>();
        while (await reader.ReadAsync(stopping)) found.Add(reader.GetString(0));
        Assert.Equal(expected.Count, found.Count);
        Assert.Empty(found.Where(row => !expected.Contains(row)).Take(5));
    }
}
