using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>Commands with positional parameters.</summary>
internal static class Sql
{
    /// <summary>A command whose <c>$1</c>, <c>$2</c>… are the values in order; null is SQL's null.</summary>
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string text, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    /// <summary>A command that runs for as long as its caller may: its work grows with what there is, or it waits for the commit of another
    /// publication. Other commands end after the connection's <c>Command Timeout</c>.</summary>
    public static NpgsqlCommand LongCommand(this NpgsqlConnection connection, string text, params ReadOnlySpan<object?> values)
    {
        var command = connection.Command(text, values);
        command.CommandTimeout = 0;
        return command;
    }

    /// <summary>Adds a statement to a batch, with values as a command has them.</summary>
    public static void Add(this NpgsqlBatch batch, string text, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        batch.BatchCommands.Add(command);
    }

    /// <summary>Runs a command and returns the rows it changed.</summary>
    public static async Task<int> ExecuteAsync(this NpgsqlCommand command, CancellationToken stopping)
    {
        await using (command) return await command.ExecuteNonQueryAsync(stopping);
    }

    /// <summary>Reads every row of a command's result.</summary>
    public static async Task<List<T>> ListAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken stopping)
    {
        await using (command)
        {
            await using var reader = await command.ExecuteReaderAsync(stopping);
            var rows = new List<T>();
            while (await reader.ReadAsync(stopping)) rows.Add(read(reader));
            return rows;
        }
    }

    /// <summary>Reads every row of a batch's next result.</summary>
    public static async Task<List<T>> NextAsync<T>(this NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken stopping)
    {
        if (!await reader.NextResultAsync(stopping)) throw new InvalidOperationException("The batch has no further result.");
        var rows = new List<T>();
        while (await reader.ReadAsync(stopping)) rows.Add(read(reader));
        return rows;
    }

    /// <summary>A column that may be null.</summary>
    public static T? Nullable<T>(this NpgsqlDataReader reader, int column) where T : struct =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    /// <summary>A text that may be null.</summary>
    public static string? Text(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
