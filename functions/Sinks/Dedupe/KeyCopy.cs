using System.Buffers.Binary;
using Npgsql;
using NpgsqlTypes;
using Pipeline.Domain.Publications;
using Pipeline.Sinks.Ledger;

namespace Pipeline.Sinks.Dedupe;

/// <summary>Copies a publication's keys into a temporary table of its commit.</summary>
internal static class KeyCopy
{
    private const string Name = "new_dedupe_key";

    /// <summary>The table's name, which no other schema's can stand for.</summary>
    public const string Table = $"pg_temp.{Name}";

    /// <summary>Creates and fills it; it ends with the transaction.</summary>
    public static async Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<RowKey> keys, CancellationToken stopping)
    {
        await connection.Command(
            $"CREATE TEMP TABLE {Name} (hash uuid, event_micros bigint, owner bigint) ON COMMIT DROP").ExecuteAsync(stopping);
        await using var copy = await connection.BeginBinaryImportAsync(
            $"COPY {Table} (hash, event_micros, owner) FROM STDIN (FORMAT binary)", stopping);
        foreach (var key in keys)
        {
            await copy.StartRowAsync(stopping);
            await copy.WriteAsync(ToGuid(key.Hash), NpgsqlDbType.Uuid, stopping);
            await copy.WriteAsync(key.EventMicros, NpgsqlDbType.Bigint, stopping);
            await copy.WriteAsync(key.Owner, NpgsqlDbType.Bigint, stopping);
        }
        await copy.CompleteAsync(stopping);
    }

    /// <summary>A hash as PostgreSQL keeps 128 bits: as a uuid of the same bytes.</summary>
    public static Guid ToGuid(UInt128 hash)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return new(bytes, bigEndian: true);
    }
}
