using System.Collections.Concurrent;
using System.Data;
using System.Globalization;
using Npgsql;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Relational;

/// <summary>Tables of PostgreSQL databases, day by day, each day read in one snapshot. A database is an account, a table a stream.</summary>
public sealed class RelationalSource(RelationalOptions options, IObjectStore segments, TimeProvider time) : ISliceSource, IAsyncDisposable
{
    private const string ApiVersion = "sql";

    private readonly ConcurrentDictionary<string, NpgsqlDataSource> databases = new();

    /// <inheritdoc/>
    public string Name => "relational";

    /// <inheritdoc/>
    public IReadOnlyList<string> Accounts => [.. options.Databases.Keys.Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public int AtOnce => options.AtOnce;

    /// <inheritdoc/>
    public int LookbackDays => options.LookbackDays;

    /// <inheritdoc/>
    public async Task<AccountProbe> ProbeAsync(string account, CancellationToken stopping)
    {
        var zone = LastMidnight(account);
        try
        {
            await using var connection = await Database(account).OpenConnectionAsync(stopping);
            return new(null, zone, null, null);
        }
        catch (NpgsqlException error)
        {
            var verdict = RelationalErrors.Judge(error);
            if (verdict.Kind is VerdictKind.Stopped or VerdictKind.Refused) return new(verdict.Reason, zone, null, null);
            throw new TransientException($"Database {account} cannot be asked at this moment: {verdict.Reason}", error);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SliceWindow> Plan(string account, DateOnly from, DateOnly to) =>
        [.. options.Databases[account].Tables.SelectMany(table => WindowPlan.Of(Name, account, table.Name, from, to, 1))];

    /// <inheritdoc/>
    /// <remarks>The statement of a page of no rows: PostgreSQL judges names and privileges before the first row, and then reads
    /// none.</remarks>
    public async Task<Refusal?> RehearseAsync(SliceWindow window, CancellationToken stopping)
    {
        var table = TableOf(window);
        try
        {
            await using var connection = await Database(window.Account).OpenConnectionAsync(stopping);
            await using var snapshot = await SnapshotAsync(connection, stopping);
            var read = await DayReadAsync(connection, table, window.From, pageRows: 0, stopping);
            await using var command = read.Page(connection, after: null);
            await command.ExecuteNonQueryAsync(stopping);
            return await PoliciesAsync(connection, window, stopping);
        }
        catch (NpgsqlException error) when (!stopping.IsCancellationRequested)
        {
            return Refusal.Of(RelationalErrors.Judge(error), window, error.SqlState == PostgresErrorCodes.InsufficientPrivilege
                ? Grants(window) : Correction(window));
        }
        catch (ProviderException error)
        {
            return Refusal.Of(error.Verdict, window, Correction(window));
        }
    }

    /// <inheritdoc/>
    public async Task<Step> StepAsync(SliceTask task, CancellationToken stopping)
    {
        var window = task.Extraction.Window;
        var table = TableOf(window);
        try
        {
            await using var connection = await Database(window.Account).OpenConnectionAsync(stopping);
            await using var snapshot = await SnapshotAsync(connection, stopping);
            using var part = new PartWriter(
                segments, time, task, PageHeader.Of(task, ApiVersion, options.LookbackDays, new(table.TimeZone, null, null)));
            await ReadAsync(connection, table, window.From, part, stopping);
            return Steps.Fetched(await part.FinishAsync(stopping));
        }
        catch (NpgsqlException error) when (!stopping.IsCancellationRequested)
        {
            return After(task, RelationalErrors.Judge(error));
        }
        catch (ProviderException error)
        {
            return After(task, error.Verdict);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var database in databases.Values) await database.DisposeAsync();
    }

    private RelationalTable TableOf(SliceWindow window) =>
        options.Databases[window.Account].Tables.FirstOrDefault(each => each.Name == window.Stream)
        ?? throw new TerminalException($"{window}: Relational:Databases:{window.Account}:Tables has no table of this name.");

    // Whether they hide a row, nobody can tell who does not see it.
    private async Task<Refusal?> PoliciesAsync(NpgsqlConnection connection, SliceWindow window, CancellationToken stopping)
    {
        await using var ask = new NpgsqlCommand("SELECT row_security_active(to_regclass($1)::oid)", connection)
        {
            Parameters = { new() { Value = DayRead.QuotedName(window.Stream) } },
        };
        if (await ask.ExecuteScalarAsync(stopping) is not true) return null;
        var user = UserOf(window);
        return new(
            $"Row policies of {window.Stream} apply to {user}: rows that they hide are not read.",
            $"ALTER ROLE {user} BYPASSRLS, or give it a policy that shows every row; it is right where the policies are meant for it.")
        {
            IsPartial = true,
        };
    }

    private string UserOf(SliceWindow window) =>
        new NpgsqlConnectionStringBuilder(options.Databases[window.Account].ConnectionString).Username ?? "the user";

    private string Grants(SliceWindow window)
    {
        var user = UserOf(window);
        return $"As the owner: GRANT USAGE ON SCHEMA {DayRead.QuotedSchema(window.Stream)} TO {user}; "
            + $"GRANT SELECT ON {DayRead.QuotedName(window.Stream)} TO {user}; or take the table out of "
            + $"Relational:Databases:{window.Account}:Tables.";
    }

    private static string Correction(SliceWindow window) =>
        $"Correct Name, DayColumn and Key of {window.Stream} in Relational:Databases:{window.Account}:Tables, or the table.";

    private Step After(SliceTask task, Verdict verdict) => verdict.Kind == VerdictKind.Refused
        ? Steps.Unanswered(task, verdict) : Steps.From(verdict, task.Extraction.Window, time.GetUtcNow());

    private async Task ReadAsync(NpgsqlConnection connection, RelationalTable table, DateOnly day, PartWriter part, CancellationToken stopping)
    {
        var read = await DayReadAsync(connection, table, day, options.PageRows, stopping);
        var pages = new RowPages(part, read.Columns);
        IReadOnlyList<string>? last = null;
        for (var rows = options.PageRows; rows == options.PageRows;)
        {
            rows = 0;
            await using var command = read.Page(connection, last);
            await using var reader = await command.ExecuteReaderAsync(stopping);
            for (; await reader.ReadAsync(stopping); rows++)
            {
                pages.Add(reader.GetString(0));
                if (rows == options.PageRows - 1) last = [.. Enumerable.Range(1, reader.FieldCount - 1).Select(reader.GetString)];
            }
        }
        pages.Finish();
    }

    private static async Task<DayRead> DayReadAsync(
        NpgsqlConnection connection, RelationalTable table, DateOnly day, int pageRows, CancellationToken stopping) =>
        DayRead.Of(table, await TableShape.ReadAsync(connection, DayRead.QuotedName(table.Name), stopping), day, pageRows);

    // One snapshot for catalog and pages; nothing can be written, and nothing waits for ever. The forms are those that JSON is written in.
    private async Task<NpgsqlTransaction> SnapshotAsync(NpgsqlConnection connection, CancellationToken stopping)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stopping);
        var timeout = (options.StatementTimeoutSeconds * 1000).ToString(CultureInfo.InvariantCulture);
        await using var command = new NpgsqlCommand(
            $"""
            SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {timeout}; SET LOCAL idle_in_transaction_session_timeout = {timeout};
            SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'iso_8601'; SET LOCAL extra_float_digits = 1;
            SET LOCAL bytea_output = 'hex'; SET LOCAL search_path = pg_catalog
            """, connection);
        await command.ExecuteNonQueryAsync(stopping);
        return transaction;
    }

    // The statements' own limit is the one that counts: the driver's is above it.
    private NpgsqlDataSource Database(string account) => databases.GetOrAdd(account, name =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(options.Databases[name].ConnectionString)
        {
            ApplicationName = "pipeline", MaxPoolSize = options.AtOnce + 1, CommandTimeout = options.StatementTimeoutSeconds + 30,
        }));

    // Where tables have several zones, a day is complete when it is over in all of them.
    private string LastMidnight(string account) => options.Databases[account].Tables.Select(table => table.TimeZone)
        .MinBy(zone => TimeZoneInfo.FindSystemTimeZoneById(zone).GetUtcOffset(time.GetUtcNow()))!;
}
