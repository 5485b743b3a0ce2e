using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Npgsql;
using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>What a client asks to be stored.</summary>
internal abstract record ClientWrite
{
    /// <summary>Characters of its payload.</summary>
    public abstract long Length { get; }
}

/// <summary>A new instance as a client asks for it.</summary>
/// <param name="Refusing">Statuses of an existing instance of the id that refuse the start; in any other it is replaced.</param>
internal sealed record NewInstance(
    string Id, TaskName Name, string Version, string? Input, IReadOnlyDictionary<string, string> Tags, DateTimeOffset CreatedAt,
    DateTimeOffset StartAt, IReadOnlySet<OrchestrationRuntimeStatus> Refusing) : ClientWrite
{
    public Guid Execution { get; } = Guid.NewGuid();

    public override long Length => Input?.Length ?? 0;
}

/// <summary>A message to an instance.</summary>
internal sealed record SentMessage(string InstanceId, HistoryEvent Event) : ClientWrite
{
    public override long Length => Event.Payload?.Length ?? 0;
}

/// <summary>What clients write: new instances and messages. Calls at the same time share a transaction.</summary>
internal sealed class InstanceStore
{
    private readonly NpgsqlDataSource database;
    private readonly string hub;
    private readonly SharedCommit<ClientWrite> commit;

    public InstanceStore(NpgsqlDataSource database, string hub)
    {
        (this.database, this.hub) = (database, hub);
        commit = new(WriteAsync, write => write.Length);
    }

    /// <summary>Stores an instance; may be repeated with the same object when the answer was lost.</summary>
    /// <exception cref="OrchestrationAlreadyExistsException">The id is taken by an instance in a refusing status.</exception>
    public async Task CreateAsync(NewInstance instance, CancellationToken cancellation)
    {
        while (!await commit.WriteAsync(instance, cancellation))
            if (!await MakeRoomAsync(instance, cancellation)) return;
    }

    /// <summary>Sends a message; it is dropped when the instance does not exist or has ended.</summary>
    public Task<bool> SendAsync(SentMessage message, CancellationToken cancellation) => commit.WriteAsync(message, cancellation);

    /// <summary>Fails an instance whose code broke the rules outside of a turn.</summary>
    public Task<int> FaultAsync(long instance, TaskFailureDetails failure, DateTime now, CancellationToken cancellation) =>
        Sql.ExecuteAsync(
            database, cancellation,
            Sql.Command(
                """
                INSERT INTO localhost.message (instance, visible_at, kind, payload)
                SELECT key, $2, $3, $4 FROM localhost.instance WHERE key = $1
                """,
                instance, now, (short)HistoryKind.Faulted, FailureText.Write(failure)),
            Notifications.Notify);

    private async Task<IReadOnlyList<bool>> WriteAsync(IReadOnlyList<ClientWrite> writes)
    {
        var made = new HashSet<Guid>();
        await using var batch = database.CreateBatch();
        if (writes.OfType<NewInstance>().ToList() is { Count: > 0 } instances) batch.BatchCommands.Add(ClientWrites.Create(hub, instances));
        if (writes.OfType<SentMessage>().ToList() is { Count: > 0 } messages) batch.BatchCommands.Add(ClientWrites.Send(hub, messages));
        batch.BatchCommands.Add(Notifications.Notify);
        await using var reader = await batch.ExecuteReaderAsync();
        do
            while (await reader.ReadAsync()) made.Add(reader.GetGuid(0));
        while (await reader.NextResultAsync());
        return [.. writes.Select(write => write is not NewInstance instance || made.Contains(instance.Execution))];
    }

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
}
