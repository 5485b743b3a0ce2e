using Npgsql;

namespace Pipeline.Sinks.Ledger;

/// <summary>Asks a database what a start will need of it, and changes nothing.</summary>
public static class LedgerHealth
{
    /// <summary>The oldest server this program works with: multiranges and decimals without end came with it.</summary>
    public const int OldestVersion = 14;

    /// <summary>What the server says of itself and of the role that is signed in.</summary>
    /// <exception cref="NpgsqlException">The driver's own: who asks tells a wrong password from a server that is away.</exception>
    public static async Task<DatabaseFacts> AskAsync(NpgsqlDataSource source, TimeProvider time, CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        var began = time.GetUtcNow();
        var (version, clock) = (await connection.Command("SELECT current_setting('server_version_num')::int, clock_timestamp()")
            .ListAsync(row => (row.GetInt32(0), row.GetFieldValue<DateTimeOffset>(1)), stopping))[0];
        var skew = clock - (began + (time.GetUtcNow() - began) / 2);
        if (version / 10_000 < OldestVersion) return new(version, skew) { CanApplyMigrations = false };
        return (await connection.Command(
            """
            SELECT coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
                has_database_privilege(current_database(), 'CREATE'),
                EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('pipeline') AND relname = 'schema_migration')
                    AND coalesce(has_schema_privilege(to_regnamespace('pipeline'), 'CREATE'), false)
                    AND coalesce(has_schema_privilege(to_regnamespace('warehouse'), 'CREATE'), false),
                EXISTS (SELECT FROM pg_extension WHERE extname = 'btree_gist'),
                (SELECT bool_or(trusted) FROM pg_available_extension_versions WHERE name = 'btree_gist'),
                (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
                current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
                current_setting('server_encoding')
            """).ListAsync(row => new DatabaseFacts(version, skew)
            {
                IsEncrypted = row.GetBoolean(0),
                MayCreateSchemas = row.GetBoolean(1) || row.GetBoolean(2),
                HasExtension = row.GetBoolean(3),
                OffersExtension = !row.IsDBNull(4),
                MayCreateExtension = row.GetBoolean(5) || (row.GetBoolean(1) && row.Nullable<bool>(4) == true),
                Connections = row.GetInt32(6),
                Encoding = row.GetString(7),
            }, stopping))[0];
    }

    /// <summary>How the migrations that were applied agree with those of this program.</summary>
    /// <exception cref="NpgsqlException">The driver's own.</exception>
    public static async Task<MigrationState> MigrationsAsync(NpgsqlDataSource source, CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        var known = LedgerMigrations.Embedded();
        var stands = await connection.Command("SELECT to_regclass('pipeline.schema_migration') IS NOT NULL")
            .ListAsync(row => row.GetBoolean(0), stopping);
        if (!stands[0]) return new([.. known.Select(migration => migration.Name)], [], []);
        var applied = await connection.Command("SELECT number, name, sha256 FROM pipeline.schema_migration ORDER BY number").ListAsync(
            row => (Number: row.GetInt32(0), Name: row.GetString(1), Sha256: row.GetString(2)), stopping);
        return new(
            [.. known.Where(migration => applied.All(row => row.Number != migration.Number)).Select(migration => migration.Name)],
            [.. known.Where(migration => applied.Any(row => row.Number == migration.Number && row.Sha256 != migration.Sha256))
                .Select(each => each.Name)],
            [.. applied.Where(row => known.All(migration => migration.Number != row.Number)).Select(row => row.Name)]);
    }

    /// <summary>Rights on what there is that a running app needs and the role does not have, as GRANT writes them.</summary>
    /// <param name="tables">Names of the contracts' tables.</param>
    /// <param name="creates">A publication is going to make or change some of them, or a view.</param>
    /// <exception cref="NpgsqlException">The driver's own.</exception>
    public static async Task<IReadOnlyList<string>> MissingRightsAsync(
        NpgsqlDataSource source, IReadOnlyList<string> tables, bool creates, CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        return await connection.Command(
            """
            WITH schemas AS (SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('pipeline', 'warehouse')),
            kept AS (
                SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN schemas n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p') AND (n.nspname = 'pipeline' OR c.relname = ANY($1)))
            SELECT format('TEMPORARY ON DATABASE %I', current_database())
            WHERE NOT has_database_privilege(current_database(), 'TEMPORARY')
            UNION ALL
            SELECT format('USAGE ON SCHEMA %I', nspname) FROM schemas WHERE NOT has_schema_privilege(oid, 'USAGE')
            UNION ALL
            SELECT 'CREATE ON SCHEMA warehouse' FROM schemas WHERE $2 AND nspname = 'warehouse' AND NOT has_schema_privilege(oid, 'CREATE')
            UNION ALL
            (SELECT format('%s ON %I.%I', string_agg(wanted, ', ' ORDER BY place), nspname, relname)
            FROM kept, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS rights (wanted, place)
            WHERE NOT has_table_privilege(oid, wanted) AND (relname <> 'audit' OR place <= 2)    -- which is only added to
            GROUP BY nspname, relname ORDER BY nspname, relname)
            """, tables.ToArray(), creates).ListAsync(row => row.GetString(0), stopping);
    }
}

/// <summary>What a database says of itself and of the role that asks.</summary>
/// <param name="VersionNumber">As <c>server_version_num</c>: 150006 is 15.6.</param>
/// <param name="Skew">How far the server's clock is ahead of ours.</param>
public sealed record DatabaseFacts(int VersionNumber, TimeSpan Skew)
{
    /// <summary>Whether the server is new enough to be asked the rest; the other members say nothing where it is not.</summary>
    public bool CanApplyMigrations { get; init; } = true;

    /// <summary>The connection is TLS.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>The role may create the schemas; where migrations have been applied, it is enough that it may create tables in
    /// them.</summary>
    /// <remarks>The first migration creates schemas if there are none, for which PostgreSQL wants CREATE on the database in either
    /// case.</remarks>
    public bool MayCreateSchemas { get; init; }

    /// <summary><c>btree_gist</c> is installed.</summary>
    public bool HasExtension { get; init; }

    /// <summary>The server has the files of <c>btree_gist</c>.</summary>
    public bool OffersExtension { get; init; }

    /// <summary>The role may install <c>btree_gist</c>.</summary>
    public bool MayCreateExtension { get; init; }

    /// <summary>Connections that roles without privileges may have together.</summary>
    public int Connections { get; init; }

    /// <summary>Encoding of the database.</summary>
    public string Encoding { get; init; } = "";
}

/// <summary>Migrations by name: of this program and not applied, applied with another content, applied and not of this program.</summary>
public sealed record MigrationState(IReadOnlyList<string> Missing, IReadOnlyList<string> Changed, IReadOnlyList<string> Unknown);
