using Npgsql;
using Pipeline.Transforms.Ports;

namespace Pipeline.Sinks.Ledger;

/// <summary>Avro schemas in PostgreSQL.</summary>
public sealed class SchemaArchive(NpgsqlDataSource database, TimeProvider time) : ISchemaArchive
{
    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<AvroSchemaName, string>> FindAsync(
        string registry, IReadOnlyCollection<AvroSchemaName> names, CancellationToken stopping)
    {
        var ids = names.Where(name => !name.IsFingerprint).Select(name => (long)name.Number).ToArray();
        var fingerprints = names.Where(name => name.IsFingerprint).Select(name => (long)name.Number).ToArray();
        var rows = await database.ReadAsync("looking for Avro schemas", connection => connection.Command(
            """
            SELECT false, id, schema FROM pipeline.avro_schema WHERE registry = $1 AND id = ANY ($2)
            UNION ALL
            (SELECT DISTINCT ON (fingerprint) true, fingerprint, schema FROM pipeline.avro_schema WHERE fingerprint = ANY ($3)
             ORDER BY fingerprint, kept_at, registry, id)
            """, registry, ids, fingerprints)
            .ListAsync(row => (Name: new AvroSchemaName(row.GetBoolean(0), (ulong)row.GetInt64(1)), Schema: row.GetString(2)), stopping), stopping);
        return rows.ToDictionary(row => row.Name, row => row.Schema);
    }

    /// <inheritdoc/>
    public Task KeepAsync(string registry, uint id, ulong? fingerprint, string schema, CancellationToken stopping) =>
        database.ReadAsync($"keeping Avro schema {id}", connection => connection.Command(
            """
            INSERT INTO pipeline.avro_schema (registry, id, fingerprint, schema, kept_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (registry, id) DO NOTHING
            """, registry, (long)id, (object?)(long?)fingerprint, schema, time.GetUtcNow()).ExecuteAsync(stopping), stopping);
}
