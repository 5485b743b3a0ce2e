using Npgsql;

namespace Pipeline.LocalHost.Durable.Store;

/// <summary>The engine's tables in schema <c>localhost</c>; created and migrated under an advisory lock, by whoever comes first.</summary>
internal static class Schema
{
    private const long LockKey = 0x706970656C696E65;

    // Numbered; never edited once released, only added to.
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE localhost.node (
            id uuid PRIMARY KEY,
            hub text NOT NULL,
            alive_until timestamptz NOT NULL);

        CREATE TABLE localhost.instance (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            hub text NOT NULL COLLATE "C",
            id text NOT NULL COLLATE "C",
            execution uuid NOT NULL,
            name text NOT NULL,
            version text NOT NULL,
            status smallint NOT NULL,
            input text,
            output text,
            custom_status text,
            failure text,
            tags text,
            parent bigint,
            parent_id text,
            parent_name text,
            parent_execution uuid,
            parent_task int,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            completed_at timestamptz,
            history_length int NOT NULL DEFAULT 0,
            attempts int NOT NULL DEFAULT 0,
            owner uuid,
            UNIQUE (hub, id)) WITH (fillfactor = 70);
        CREATE INDEX instance_parent ON localhost.instance (parent) WHERE parent IS NOT NULL;

        CREATE TABLE localhost.history (
            instance bigint NOT NULL,
            seq int NOT NULL,
            kind smallint NOT NULL,
            at timestamptz NOT NULL,
            task int NOT NULL,
            name text,
            payload text,
            detail text,
            PRIMARY KEY (instance, seq));

        CREATE SEQUENCE localhost.message_seq CACHE 1;
        CREATE TABLE localhost.message (
            instance bigint NOT NULL REFERENCES localhost.instance ON DELETE CASCADE,
            seq bigint NOT NULL DEFAULT nextval('localhost.message_seq'),
            execution uuid,
            visible_at timestamptz NOT NULL,
            kind smallint NOT NULL,
            task int NOT NULL DEFAULT -1,
            name text,
            payload text,
            detail text,
            PRIMARY KEY (instance, seq));
        CREATE INDEX message_visible ON localhost.message (visible_at);

        CREATE TABLE localhost.activity (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            hub text NOT NULL COLLATE "C",
            instance bigint NOT NULL,
            execution uuid NOT NULL,
            task int NOT NULL,
            name text NOT NULL,
            version text NOT NULL,
            input text,
            tags text,
            owner uuid);
        CREATE INDEX activity_waiting ON localhost.activity (hub, key) WHERE owner IS NULL;
        CREATE INDEX activity_instance ON localhost.activity (instance);

        -- History and activities are only written by transactions that hold their instance's row: a foreign key would check each of
        -- them for nothing. What is left of it is the cascade. Messages come from anywhere and keep theirs.
        CREATE FUNCTION localhost.forget() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            DELETE FROM localhost.history WHERE instance = OLD.key;
            DELETE FROM localhost.activity WHERE instance = OLD.key;
            RETURN NULL;
        END $$;
        CREATE TRIGGER forget AFTER DELETE ON localhost.instance FOR EACH ROW EXECUTE FUNCTION localhost.forget();
        """,
        // When an instance started by a client is to begin.
        "ALTER TABLE localhost.instance ADD COLUMN start_at timestamptz",
        // What has not ended is listed without looking at what has.
        "CREATE INDEX instance_open ON localhost.instance (hub, id) WHERE status IN (0, 6, 7)",
    ];

    public static async Task MigrateAsync(NpgsqlDataSource database, CancellationToken stopping)
    {
        await using var connection = await database.OpenConnectionAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        await ExecuteAsync(
            $"""
            SELECT pg_advisory_xact_lock({LockKey});
            CREATE SCHEMA IF NOT EXISTS localhost;
            CREATE TABLE IF NOT EXISTS localhost.migration (number int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
            """);
        await using var applied = new NpgsqlCommand("SELECT coalesce(max(number), 0) FROM localhost.migration", connection);
        for (var number = (int)(await applied.ExecuteScalarAsync(stopping))!; number < Migrations.Length; number++)
            await ExecuteAsync($"{Migrations[number]}; INSERT INTO localhost.migration (number) VALUES ({number + 1});");
        await transaction.CommitAsync(stopping);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(stopping);
        }
    }
}
