using System.Text.Json;
using Microsoft.DurableTask.Client;
using Npgsql;
using NpgsqlTypes;
using Pipeline.LocalHost.Durable.Orchestrators;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>The statements that store what clients write, any number of rows each.</summary>
internal static class ClientWrites
{
    /// <summary>Stores the instances whose id is free and the message that starts each; returns the executions it stored.</summary>
    public static NpgsqlBatchCommand Create(string hub, IEnumerable<NewInstance> instances)
    {
        var rows = new Columns(
            NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text,
            NpgsqlDbType.TimestampTz, NpgsqlDbType.TimestampTz);
        // In the order of their ids: two nodes that store the same ids wait for each other, and never both at once.
        foreach (var instance in instances.OrderBy(instance => instance.Id, StringComparer.Ordinal))
            rows.Add(
                instance.Id, instance.Execution, instance.Name.Name, instance.Version, instance.Input,
                instance.Tags.Count == 0 ? null : JsonSerializer.Serialize(instance.Tags), instance.CreatedAt.UtcDateTime,
                instance.StartAt.UtcDateTime);
        return rows.AddTo(Sql.Command(
            $"""
            WITH made AS (
                INSERT INTO localhost.instance (
                    hub, id, execution, name, version, input, tags, created_at, updated_at, start_at, status)
                SELECT $1, n.id, n.execution, n.name, n.version, n.input, n.tags, n.at, n.at, n.start_at,
                    {(short)OrchestrationRuntimeStatus.Pending}
                FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) AS n(id, execution, name, version, input, tags, at, start_at)
                ON CONFLICT (hub, id) DO NOTHING RETURNING key, execution, start_at),
            started AS (
                INSERT INTO localhost.message (instance, execution, visible_at, kind)
                SELECT key, execution, start_at, {(short)HistoryKind.ExecutionStarted} FROM made)
            SELECT execution FROM made
            """, hub));
    }

    /// <summary>Stores messages to the instances that are there and have not ended.</summary>
    public static NpgsqlBatchCommand Send(string hub, IEnumerable<SentMessage> messages)
    {
        var rows = new Columns(
            NpgsqlDbType.Text, NpgsqlDbType.TimestampTz, NpgsqlDbType.Smallint, NpgsqlDbType.Text, NpgsqlDbType.Text, NpgsqlDbType.Text);
        foreach (var (instanceId, e) in messages) rows.Add(instanceId, e.At, (short)e.Kind, e.Name, e.Payload, e.Detail);
        return rows.AddTo(Sql.Command(
            """
            INSERT INTO localhost.message (instance, visible_at, kind, name, payload, detail)
            SELECT i.key, e.at, e.kind, e.name, e.payload, e.detail
            FROM unnest($2, $3, $4, $5, $6, $7) AS e(id, at, kind, name, payload, detail)
            JOIN localhost.instance i ON i.hub = $1 AND i.id = e.id AND i.status NOT IN (1, 3, 5)
            """, hub));
    }
}
