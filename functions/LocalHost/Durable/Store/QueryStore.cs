using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Npgsql;
using NpgsqlTypes;
using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>What clients read and purge.</summary>
internal sealed class QueryStore(NpgsqlDataSource database, string hub, DataConverter converter)
{
    private const string Columns =
        "id, name, status, created_at, updated_at, tags, CASE WHEN $2 THEN input END, CASE WHEN $2 THEN output END, "
        + "CASE WHEN $2 THEN custom_status END, CASE WHEN $2 THEN failure END, version";

    /// <summary>One instance and its version; null when it does not exist.</summary>
    public async Task<(OrchestrationMetadata Instance, string Version)?> GetAsync(string id, bool payloads, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM localhost.instance WHERE hub = $1 AND id = $3");
        Add(command, hub, payloads, id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (Read(reader, payloads), reader.GetString(10)) : null;
    }

    /// <summary>One page, ordered by id, from behind the token, which is an id.</summary>
    /// <remarks>Ids are ordered by their bytes, so that those with a prefix are one stretch of the index.</remarks>
    public async Task<Page<OrchestrationMetadata>> QueryAsync(OrchestrationQuery query, string? token, int size,
        CancellationToken cancellation)
    {
        if (query.TaskHubNames is { } hubs && !hubs.Contains(hub, StringComparer.OrdinalIgnoreCase)) return new([]);
        await using var command = database.CreateCommand(
            $"""
            SELECT {Columns} FROM localhost.instance
            WHERE hub = $1 AND id > $3 AND id >= $4 AND id < $4 || chr(1114111) {(AsksForOpen(query) ? "AND status IN (0, 6, 7)" : "")}
                AND ($5::timestamptz IS NULL OR created_at >= $5)
                AND ($6::timestamptz IS NULL OR created_at <= $6) AND ($7::smallint[] IS NULL OR status = ANY ($7))
            ORDER BY id LIMIT $8
            """);
        Add(command, hub, query.FetchInputsAndOutputs, token ?? "", query.InstanceIdPrefix ?? "");
        Add(command, query.CreatedFrom, query.CreatedTo, query.Statuses, size);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<OrchestrationMetadata>();
        while (await reader.ReadAsync(cancellation)) found.Add(Read(reader, query.FetchInputsAndOutputs));
        return new(found, found.Count == size ? found[^1].InstanceId : null);
    }

    // The statuses of the partial index, said so that the planner sees them.
    private static bool AsksForOpen(OrchestrationQuery query) =>
        query.Statuses?.ToList() is { Count: > 0 } asked && asked.TrueForAll(status => status is
            OrchestrationRuntimeStatus.Running or OrchestrationRuntimeStatus.Pending or OrchestrationRuntimeStatus.Suspended);

    /// <summary>One page of ids of ended instances, ordered.</summary>
    public async Task<Page<string>> EndedIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? statuses, DateTimeOffset? from, DateTimeOffset? to, int size, string? after,
        CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            SELECT id FROM localhost.instance
            WHERE hub = $1 AND id > $2 AND status IN (1, 3, 5) AND ($3::timestamptz IS NULL OR completed_at >= $3)
                AND ($4::timestamptz IS NULL OR completed_at <= $4) AND ($5::smallint[] IS NULL OR status = ANY ($5))
            ORDER BY id LIMIT $6
            """);
        Add(command, hub, after ?? "");
        Add(command, from, to, statuses, size);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellation)) ids.Add(reader.GetString(0));
        return new(ids, ids.Count == size ? ids[^1] : null);
    }

    /// <summary>Removes up to so many ended instances a filter lets through; ids null is any id. Children go along when asked.</summary>
    public async Task<int> PurgeAsync(string? id, PurgeInstancesFilter filter, bool children, int most, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(
            """
            WITH RECURSIVE chosen AS (
                SELECT key FROM localhost.instance
                WHERE hub = $1 AND ($2::text IS NULL OR id = $2) AND status IN (1, 3, 5)
                    AND ($3::timestamptz IS NULL OR created_at >= $3) AND ($4::timestamptz IS NULL OR created_at <= $4)
                    AND ($5::smallint[] IS NULL OR status = ANY ($5))
                ORDER BY key LIMIT $6),
            tree AS (
                SELECT key FROM chosen
                UNION SELECT c.key FROM localhost.instance c JOIN tree t ON c.parent = t.key WHERE $7)
            DELETE FROM localhost.instance WHERE key IN (SELECT key FROM tree) AND status IN (1, 3, 5)
            """);
        Add(command, hub, id);
        Add(command, filter.CreatedFrom, filter.CreatedTo, filter.Statuses, most);
        Add(command, children);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static void Add(NpgsqlCommand command, params object?[] values)
    {
        foreach (var value in values)
            command.Parameters.Add(value is null
                ? new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = DBNull.Value }
                : new NpgsqlParameter { Value = value });
    }

    private static void Add(
        NpgsqlCommand command, DateTimeOffset? from, DateTimeOffset? to, IEnumerable<OrchestrationRuntimeStatus>? statuses, int size)
    {
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)from?.ToUniversalTime() ?? DBNull.Value });
        command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.TimestampTz, Value = (object?)to?.ToUniversalTime() ?? DBNull.Value });
        var numbers = statuses?.Select(status => (short)status).ToArray();
        command.Parameters.Add(new()
        {
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Smallint, Value = numbers is { Length: > 0 } ? numbers : DBNull.Value,
        });
        command.Parameters.Add(new() { Value = size });
    }

    private OrchestrationMetadata Read(NpgsqlDataReader reader, bool payloads) => new(reader.GetString(1), reader.GetString(0))
    {
        RuntimeStatus = (OrchestrationRuntimeStatus)reader.GetInt16(2),
        CreatedAt = reader.GetFieldValue<DateTimeOffset>(3),
        LastUpdatedAt = reader.GetFieldValue<DateTimeOffset>(4),
        Tags = Text(reader, 5) is { } tags
            ? JsonSerializer.Deserialize<Dictionary<string, string>>(tags)!
            : ImmutableDictionary<string, string>.Empty,
        DataConverter = payloads ? converter : null,
        SerializedInput = Text(reader, 6),
        SerializedOutput = Text(reader, 7),
        SerializedCustomStatus = Text(reader, 8),
        FailureDetails = Text(reader, 9) is { } failure ? FailureText.Read(failure) : null,
    };

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
