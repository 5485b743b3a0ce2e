using Npgsql;
using NpgsqlTypes;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>Rows as parallel arrays, for <c>unnest</c>: one statement and one round trip write any number of rows.</summary>
internal sealed class Columns(params NpgsqlDbType[] types)
{
    private readonly List<object?>[] values = [.. types.Select(_ => new List<object?>())];

    public int Count => values[0].Count;

    public void Add(params ReadOnlySpan<object?> row)
    {
        for (var i = 0; i < row.Length; i++) values[i].Add(row[i]);
    }

    /// <summary>Adds the arrays as the command's next parameters.</summary>
    public NpgsqlBatchCommand AddTo(NpgsqlBatchCommand command)
    {
        for (var i = 0; i < types.Length; i++)
            command.Parameters.Add(new() { NpgsqlDbType = NpgsqlDbType.Array | types[i], Value = Typed(types[i], values[i]) });
        return command;
    }

    private static object Typed(NpgsqlDbType type, List<object?> values) => type switch
    {
        NpgsqlDbType.Bigint => values.Select(v => (long?)v).ToArray(),
        NpgsqlDbType.Integer => values.Select(v => (int?)v).ToArray(),
        NpgsqlDbType.Smallint => values.Select(v => (short?)v).ToArray(),
        NpgsqlDbType.Uuid => values.Select(v => (Guid?)v).ToArray(),
        NpgsqlDbType.Boolean => values.Select(v => (bool?)v).ToArray(),
        NpgsqlDbType.TimestampTz => values.Select(v => (DateTime?)v).ToArray(),
        NpgsqlDbType.Text => values.Select(v => (string?)v).ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No column of this type is written."),
    };
}
