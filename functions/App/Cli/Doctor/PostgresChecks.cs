using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.App.Settings;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The database of ledger and warehouse: reachable, new enough, with the rights, migrations and connections a start
/// needs.</summary>
internal static class PostgresChecks
{
    private const string Way = "Check Ledger:ConnectionString (host, port, SSL Mode) and that the server runs and lets this machine in.";
    private static readonly TimeSpan MostSkew = TimeSpan.FromSeconds(5);

    public static IEnumerable<Check> Of(Patient patient)
    {
        yield return new("postgres", Way, stopping => ExamineAsync(patient, stopping));
    }

    private static async IAsyncEnumerable<Finding> ExamineAsync(Patient patient, [EnumeratorCancellation] CancellationToken stopping)
    {
        if (!patient.Has<LedgerSettings>(out var settings))
        {
            yield return Finding.Skipped("postgres", "Ledger:ConnectionString is wrong; see settings.ledger.");
            yield break;
        }
        var connection = new NpgsqlConnectionStringBuilder(settings.ConnectionString);
        await using var source = NpgsqlDataSource.Create(settings.ConnectionString);
        var (facts, fault) = await AskAsync(() => LedgerHealth.AskAsync(source, patient.Time, stopping), connection);
        if (facts is null)
        {
            yield return fault!;
            yield break;
        }
        yield return Finding.Ok("postgres.reachable", $"{connection.Host} answers, database {connection.Database}.");
        foreach (var finding in Server(facts, connection)) yield return finding;
        if (!facts.CanApplyMigrations) yield break;
        var (state, unreadable) = await AskAsync(() => LedgerHealth.MigrationsAsync(source, stopping), connection);
        if (state is null) yield return unreadable!;
        else
            foreach (var finding in Schema(facts, state, connection.Username ?? "the role")) yield return finding;
        var contracts = patient.Contracts.Contracts;
        var (warehouse, unknown) = await AskAsync(() => WarehouseHealth.AskAsync(source, contracts, stopping), connection);
        if (warehouse is null)
        {
            yield return unknown!;
            yield break;
        }
        var tables = contracts.Select(contract => contract.Table?.Name).OfType<string>().Distinct().ToList();
        var (missing, unasked) = await AskAsync(
            () => LedgerHealth.MissingRightsAsync(source, tables, warehouse.Any(each => each.IsDue), stopping), connection);
        var role = connection.Username ?? "the role";
        yield return missing is null ? unasked! : Rights(
            "postgres.rights", missing, role, $"{role} may write the ledger, and create and fill the warehouse's tables.");
        foreach (var finding in WarehouseFindings.Of(warehouse, role)) yield return finding;
    }

    /// <summary>Says what a role lacks, and who grants it how.</summary>
    /// <param name="missing">As GRANT writes it.</param>
    /// <param name="ok">What is so where nothing is missing.</param>
    internal static Finding Rights(string check, IReadOnlyList<string> missing, string role, string ok) => missing switch
    {
        [] => Finding.Ok(check, ok),
        [var only] => Finding.Fault(check, $"{role} lacks {only}.", $"As the owner: GRANT {only} TO {role}."),
        [var first, ..] => Finding.Fault(
            check, $"{role} lacks {string.Join("; ", missing)}.",
            $"As the owner: GRANT {first} TO {role}, and the {missing.Count - 1} others so; or sign in as the role that made the schemas."),
    };

    private static IEnumerable<Finding> Server(DatabaseFacts facts, NpgsqlConnectionStringBuilder connection)
    {
        var version = $"{facts.VersionNumber / 10_000}.{facts.VersionNumber % 10_000}";
        yield return facts.CanApplyMigrations
            ? Finding.Ok("postgres.version", version)
            : Finding.Fault("postgres.version", $"The server is PostgreSQL {version}.", $"Use {LedgerHealth.OldestVersion} or newer.");
        if (!facts.CanApplyMigrations) yield break;
        yield return facts.IsEncrypted ? Finding.Ok("postgres.tls", "The connection is encrypted.")
            : Network.IsLoopback(connection.Host ?? "") ? Finding.Ok("postgres.tls", "Not encrypted, and it does not leave this machine.")
            : Finding.Fault("postgres.tls", "The connection leaves this machine and is not encrypted.",
                "Add SSL Mode=VerifyFull to Ledger:ConnectionString.");
        yield return facts.Encoding == "UTF8" ? Finding.Ok("postgres.encoding", "UTF8")
            : Finding.Fault("postgres.encoding", $"The database's encoding is {facts.Encoding}.", "Create it with ENCODING 'UTF8'.");
        yield return connection.MaxPoolSize <= facts.Connections
            ? Finding.Ok("postgres.connections", $"A pool of {connection.MaxPoolSize}; the server allows {facts.Connections}.")
            : Finding.Warning(
                "postgres.connections",
                $"One instance may open {connection.MaxPoolSize} connections; the server allows {facts.Connections} in all.",
                $"Add Maximum Pool Size={Math.Max(1, facts.Connections / 2)} to Ledger:ConnectionString, or raise max_connections.");
        yield return facts.Skew.Duration() <= MostSkew ? Finding.Ok("postgres.clock", $"{facts.Skew.TotalSeconds:0.0} s apart.")
            : Finding.Warning(
                "postgres.clock", $"The server's clock is {facts.Skew.TotalSeconds:0} seconds ahead of this machine's.",
                "Let both keep their time by NTP: what is swept and what is late is told by clocks.");
    }

    // Rights that only migrations need are asked for only where there are some to apply.
    private static IEnumerable<Finding> Schema(DatabaseFacts facts, MigrationState state, string role)
    {
        if (state.Unknown.Count > 0)
            yield return Finding.Fault(
                "postgres.migrations", $"The database is of a newer program: it has {string.Join(", ", state.Unknown)}.",
                "Run the newer program; an older one would write what the newer cannot read.");
        else if (state.Changed.Count > 0)
            yield return Finding.Fault(
                "postgres.migrations", $"Applied with another content: {string.Join(", ", state.Changed)}.",
                "Run the program that applied them; applied files never change.");
        else if (state.Missing.Count > 0)
            yield return Finding.Warning(
                "postgres.migrations", $"{state.Missing.Count} are to be applied, from {state.Missing[0]} on.",
                "Run: pipeline migrate. A start of the app does it too.");
        else yield return Finding.Ok("postgres.migrations", "All of this program are applied.");
        if (state.Missing.Count == 0) yield break;
        yield return facts.MayCreateSchemas ? Finding.Ok("postgres.creation", $"{role} may create what the ledger needs.")
            : Finding.Fault("postgres.creation", $"{role} may not create schemas.",
                $"GRANT CREATE ON DATABASE … TO {role}; see infra/postgres/roles.sql.");
        yield return facts.HasExtension ? Finding.Ok("postgres.extension", "btree_gist is installed.")
            : !facts.OffersExtension
                ? Finding.Fault("postgres.extension", "The server does not have btree_gist.", "Install postgresql-contrib on the server.")
            : facts.MayCreateExtension ? Finding.Ok("postgres.extension", "btree_gist can be installed.")
            : Finding.Fault(
                "postgres.extension", $"{role} may not install btree_gist.",
                "As the database's owner: CREATE EXTENSION btree_gist SCHEMA pipeline, or GRANT CREATE ON DATABASE to the role.");
    }

    private static async Task<(T? Facts, Finding? Fault)> AskAsync<T>(Func<Task<T>> ask, NpgsqlConnectionStringBuilder connection)
        where T : class
    {
        try
        {
            return (await ask(), null);
        }
        catch (NpgsqlException error)
        {
            return (null, Refused(error, connection));
        }
    }

    /// <summary>Says why a server does not let us in.</summary>
    internal static Finding Refused(
        NpgsqlException error, NpgsqlConnectionStringBuilder connection, string check = "postgres.reachable", string remedy = Way)
    {
        var at = $"{connection.Host}:{connection.Port}";
        return (error as PostgresException)?.SqlState switch
        {
            PostgresErrorCodes.InvalidPassword => Finding.Fault(
                check, $"{at} refuses the password of {connection.Username}.", "Correct Username and Password of the connection string."),
            PostgresErrorCodes.InvalidAuthorizationSpecification => Finding.Fault(
                check, $"{at} does not let {connection.Username} in.", "Create the role, or allow it in the server's pg_hba.conf."),
            PostgresErrorCodes.InvalidCatalogName => Finding.Fault(
                check, $"{at} has no database '{connection.Database}'.",
                $"CREATE DATABASE {connection.Database}, or correct Database of the connection string."),
            PostgresErrorCodes.TooManyConnections => Finding.Fault(
                check, $"{at} has no connection left.", "Raise max_connections, or set Maximum Pool Size lower in every instance."),
            PostgresErrorCodes.InsufficientPrivilege => Finding.Fault(
                check, $"{connection.Username} may not read the ledger.", "Sign in as the role that owns the schema pipeline."),
            { } state => Finding.Fault(check, $"{at} refuses ({state}).", remedy),
            null => Finding.Fault(check, $"{at} does not answer ({(error.InnerException ?? error).GetType().Name}).", remedy),
        };
    }
}
