using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Ledger;

/// <summary>Brings the ledger's schema up to date from the numbered SQL files in this assembly.</summary>
public static class LedgerMigrations
{
    /// <summary>Applies what is missing, in order, in one transaction under an advisory lock: concurrent starts are safe.</summary>
    /// <param name="time">What <c>applied_at</c> is taken from.</param>
    /// <returns>The files applied by this call, by name; empty when the schema was current.</returns>
    /// <exception cref="TerminalException">A file that was applied has another content now.</exception>
    /// <exception cref="TransientException">PostgreSQL is away: start again.</exception>
    public static Task<IReadOnlyList<string>> ApplyAsync(NpgsqlDataSource source, TimeProvider time, CancellationToken stopping) =>
        ApplyAsync(source, time, Embedded(), stopping);

    internal static Task<IReadOnlyList<string>> ApplyAsync(
        NpgsqlDataSource source, TimeProvider time, IReadOnlyList<Migration> migrations, CancellationToken stopping) =>
        source.TransactAsync<IReadOnlyList<string>>("the ledger's migrations", async connection =>
        {
            // The key is "pipeline" in ASCII. Each later statement sees what the starter before us committed.
            await connection.Command("SELECT pg_advisory_xact_lock(8100128985715404389)").ExecuteAsync(stopping);
            // CREATE … IF NOT EXISTS asks for the right to create though there is nothing to do: a role that may only write starts too.
            await connection.Command(
                """
                DO $$ BEGIN
                    IF to_regnamespace('pipeline') IS NULL THEN CREATE SCHEMA pipeline; END IF;
                    IF to_regclass('pipeline.schema_migration') IS NULL THEN
                        CREATE TABLE pipeline.schema_migration (
                            number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, applied_at timestamptz NOT NULL);
                    END IF;
                END $$
                """).ExecuteAsync(stopping);
            var applied = (await connection.Command("SELECT number, sha256 FROM pipeline.schema_migration")
                .ListAsync(row => (Number: row.GetInt32(0), Sha256: row.GetString(1)), stopping)).ToDictionary(row => row.Number, row => row.Sha256);

            foreach (var migration in migrations)
                if (applied.TryGetValue(migration.Number, out var sha256) && sha256 != migration.Sha256)
                    throw new TerminalException(
                        $"The ledger's migration {migration.Name} was applied with another content (SHA-256 {sha256}, now {migration.Sha256}). "
                        + "Applied files never change: restore this one and put the change into a new file.");

            var missing = migrations.Where(migration => !applied.ContainsKey(migration.Number)).ToList();
            foreach (var migration in missing)
            {
                await connection.LongCommand(migration.Text).ExecuteAsync(stopping);
                await connection.Command(
                    "INSERT INTO pipeline.schema_migration VALUES ($1, $2, $3, $4)",
                    migration.Number, migration.Name, migration.Sha256, time.GetUtcNow()).ExecuteAsync(stopping);
            }
            return [.. missing.Select(migration => migration.Name)];
        }, stopping);

    internal static IReadOnlyList<Migration> Embedded()
    {
        var assembly = typeof(LedgerMigrations).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith("migrations/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
                return Migration.Of(name["migrations/".Length..], reader.ReadToEnd());
            })];
    }
}

/// <summary>One numbered SQL file.</summary>
/// <param name="Sha256">Of the text with LF line ends, so that a checkout's line ends change nothing.</param>
internal sealed record Migration(int Number, string Name, string Text, string Sha256)
{
    /// <summary>Reads number and hash off a file <c>0001_name.sql</c>.</summary>
    public static Migration Of(string name, string text) => new(
        int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, text,
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n")))));
}
