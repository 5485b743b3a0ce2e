using System.Text.Json;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Npgsql;
using NpgsqlTypes;
using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>A new instance as a client asks for it.</summary>
/// <param name="Refusing">Statuses of an existing instance of the id that refuse the start; in any other it is replaced.</param>
internal sealed record NewInstance(
    string Id, TaskName Name, string Version, string? Input, IReadOnlyDictionary<string, string> Tags, DateTimeOffset StartAt,
    IReadOnlySet<OrchestrationRuntimeStatus> Refusing)
{
    public Guid Execution { get; } = Guid.NewGuid();
}

/// <summary>What clients write: new instances and messages.</summary>
internal sealed class InstanceStore(NpgsqlDataSource database, string hub)
{
    /// <summary>Stores an instance; may be repeated with the same object when the answer was lost.</summary>
    /// <exception cref="OrchestrationAlreadyExistsException">The id is taken by an instance in a refusing status.</exception>
    public async Task CreateAsync(NewInstance instance, DateTimeOffset now, CancellationToken cancellation)
    {
        while (!await TryCreateAsync(instance, now, cancellation))
            if (!await MakeRoomAsync(instance, cancellation)) return;
    }

    /// <summary>Sends a message; false when the instance does not exist or has ended.</summary>
    public async Task<bool> SendAsync(string instanceId, HistoryEvent message, CancellationToken cancellation) => await WriteAsync(
        """
        INSERT INTO localhost.message (instance, visible_at, kind, name, payload, detail)
        SELECT key, $3, $4, $5, $6, $7 FROM localhost.instance WHERE hub = $1 AND id = $2 AND status NOT IN (1, 3, 5)
        """,
        cancellation, hub, instanceId, message.At, (short)message.Kind, message.Name, message.Payload, message.Detail) > 0;

    /// <summary>Fails an instance whose code broke the rules outside of a turn.</summary>
    public async Task<bool> FaultAsync(long instance, TaskFailureDetails failure, DateTimeOffset now, CancellationToken cancellation) =>
        await WriteAsync(
            """
            INSERT INTO localhost.message (instance, visible_at, kind, payload)
            SELECT key, $2, $3, $4 FROM localhost.instance WHERE key = $1
            """,
            cancellation, instance, now, (short)HistoryKind.Faulted, FailureText.Write(failure)) > 0;

    private async Task<bool> TryCreateAsync(NewInstance instance, DateTimeOffset now, CancellationToken cancellation) => await WriteAsync(
        $"""
        WITH made AS (
            INSERT INTO localhost.instance (hub, id, execution, name, version, status, input, tags, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, {(short)OrchestrationRuntimeStatus.Pending}, $6, $7, $8, $8)
            ON CONFLICT (hub, id) DO NOTHING RETURNING key)
        INSERT INTO localhost.message (instance, execution, visible_at, kind)
        SELECT key, $3, $9, {(short)HistoryKind.ExecutionStarted} FROM made
        """,
        cancellation, hub, instance.Id, instance.Execution, instance.Name.Name, instance.Version, instance.Input,
        instance.Tags.Count == 0 ? null : JsonSerializer.Serialize(instance.Tags), now, instance.StartAt) == 1;

    // False when the instance that stands in the way is this very one, stored by an attempt whose answer was lost.
    private async Task<bool> MakeRoomAsync(NewInstance instance, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var find = new NpgsqlCommand(
            "SELECT status, execution FROM localhost.instance WHERE hub = $1 AND id = $2 FOR UPDATE", connection);
        find.Parameters.Add(new() { Value = hub });
        find.Parameters.Add(new() { Value = instance.Id });
        await using (var reader = await find.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation)) return true;
            if (reader.GetGuid(1) == instance.Execution) return false;
            var status = (OrchestrationRuntimeStatus)reader.GetInt16(0);
            if (instance.Refusing.Contains(status))
                throw new OrchestrationAlreadyExistsException(
                    $"An orchestration with id '{instance.Id}' already exists. It's in the {status} state.");
        }
        await using var delete = new NpgsqlCommand("DELETE FROM localhost.instance WHERE hub = $1 AND id = $2", connection);
        delete.Parameters.Add(new() { Value = hub });
        delete.Parameters.Add(new() { Value = instance.Id });
        await delete.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    private async Task<int> WriteAsync(string sql, CancellationToken cancellation, params object?[] values)
    {
        await using var batch = database.CreateBatch();
        var write = new NpgsqlBatchCommand(sql);
        foreach (var value in values) write.Parameters.Add(Parameter(value));
        batch.BatchCommands.Add(write);
        batch.BatchCommands.Add(new($"NOTIFY {Notifications.Channel}"));
        await batch.ExecuteNonQueryAsync(cancellation);
        return write.RecordsAffected;
    }

    private static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = DBNull.Value },
        DateTimeOffset instant => new NpgsqlParameter { Value = instant.ToUniversalTime() },
        _ => new NpgsqlParameter { Value = value },
    };
}
