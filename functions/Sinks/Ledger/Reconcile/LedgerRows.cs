using System.Runtime.CompilerServices;
using Npgsql;

namespace Pipeline.Sinks.Ledger.Reconcile;

/// <summary>Streams a statement's rows, however many there are.</summary>
internal static class LedgerRows
{
    /// <summary>Rows one by one, over a connection of their own; <c>$1</c>, <c>$2</c>… are the values.</summary>
    public static async IAsyncEnumerable<T> StreamAsync<T>(
        this NpgsqlDataSource source, string sql, object?[] values, Func<NpgsqlDataReader, T> read,
        [EnumeratorCancellation] CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        await using var command = connection.Command(sql, values);
        command.CommandTimeout = 0;     // whoever waits for the listing between two rows is not late
        await using var reader = await command.ExecuteReaderAsync(stopping);
        while (await reader.ReadAsync(stopping)) yield return read(reader);
    }
}
