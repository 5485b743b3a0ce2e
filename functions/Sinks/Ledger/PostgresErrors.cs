using Npgsql;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Ledger;

/// <summary>Says what an error of PostgreSQL means for the caller: the one place that knows SQLSTATEs.</summary>
/// <remarks>https://www.postgresql.org/docs/current/errcodes-appendix.html</remarks>
public static class PostgresErrors
{
    /// <summary>Turns a driver's exception into one of ours; any other exception comes back as it is.</summary>
    /// <param name="error">What was caught.</param>
    /// <param name="what">What was being done, as a noun: "landing on user_actions".</param>
    public static Exception Classify(Exception error, string what) => error switch
    {
        PostgresException { SqlState: PostgresErrorCodes.QueryCanceled or "25P03" or "25P04" } refused => Transient(refused, what),
        NpgsqlException { IsTransient: true } lost => Transient(lost, what),
        PostgresException refused => new TerminalException(
            $"PostgreSQL refused {what} ({refused.SqlState}): {Describe(refused)}. Correct the cause, then run it again.",
            RefusesRow(refused) ? null : refused),      // a log writes the inner one's text too
        NpgsqlException broken when broken.InnerException is IOException or TimeoutException or System.Net.Sockets.SocketException => Transient(broken, what),
        NpgsqlException broken => new TerminalException(
            $"PostgreSQL could not be used for {what}: {broken.Message} Check the connection string and the server.", broken),
        _ => error,
    };

    /// <summary>The driver's own exceptions, which <see cref="Classify"/> knows.</summary>
    public static bool FromDriver(Exception error) => error is NpgsqlException;

    /// <summary>A row's values broke a rule (constraint, trigger, cast, index limit): the row is at fault, not the server.</summary>
    public static bool RefusesRow(PostgresException error) =>
        error.SqlState[..2] is "22" or "23" or "44" || error.SqlState is PostgresErrorCodes.RaiseException or PostgresErrorCodes.ProgramLimitExceeded;

    /// <summary>SQLSTATE, constraint and column of a refused row; never its values, which may be personal data.</summary>
    public static string Reason(PostgresException error) => string.Join(' ', new[]
    {
        $"SQLSTATE {error.SqlState}",
        error.ConstraintName is { } constraint ? $"constraint {constraint}" : null,
        error.ColumnName is { } column ? $"column {column}" : null,
    }.Where(part => part is not null));

    private static TransientException Transient(NpgsqlException error, string what) =>
        new($"PostgreSQL was interrupted during {what} ({error.SqlState ?? "connection"}); run it again.", error);

    // The messages of classes 22 and 23 quote values.
    private static string Describe(PostgresException error) => RefusesRow(error) ? Reason(error) : error.MessageText;
}
