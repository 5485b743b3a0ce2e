using Npgsql;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>Statements with their parameters, <c>$1</c> and on.</summary>
internal static class Sql
{
    public static NpgsqlBatchCommand Command(string text, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    /// <summary>Runs statements in one transaction and round trip; the rows they changed.</summary>
    public static async Task<int> ExecuteAsync(
        NpgsqlDataSource database, CancellationToken cancellation, params NpgsqlBatchCommand[] commands)
    {
        await using var batch = database.CreateBatch();
        foreach (var command in commands) batch.BatchCommands.Add(command);
        return await batch.ExecuteNonQueryAsync(cancellation);
    }
}
