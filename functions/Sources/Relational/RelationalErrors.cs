using System.Net.Sockets;
using Npgsql;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Relational;

/// <summary>What a failure of the driver means: https://www.postgresql.org/docs/current/errcodes-appendix.html.</summary>
internal static class RelationalErrors
{
    private static readonly TimeSpan WhenCrowded = TimeSpan.FromSeconds(30);

    /// <summary>The verdict. Messages of the classes 22 and 23 quote values and are left out.</summary>
    public static Verdict Judge(NpgsqlException error) => error switch
    {
        PostgresException refused => Judge(refused),
        { IsTransient: true } or { InnerException: IOException or TimeoutException or SocketException } =>
            new(VerdictKind.TryAgain, "The connection to PostgreSQL was lost or not made."),
        _ => new(VerdictKind.Stopped, $"PostgreSQL could not be reached: {error.Message} Check the connection string, the certificate and the server."),
    };

    private static Verdict Judge(PostgresException error)
    {
        Verdict As(VerdictKind kind, string remedy, TimeSpan? after = null) => new(kind, $"PostgreSQL answered {error.SqlState}: {remedy}", after);
        return error.SqlState switch
        {
            ['2', '8', ..] or PostgresErrorCodes.InvalidCatalogName => As(VerdictKind.Stopped, $"{Sentence(error)} Check user, password and database."),
            PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ConfigurationLimitExceeded =>
                As(VerdictKind.Throttled, "it has no connection to spare.", WhenCrowded),
            PostgresErrorCodes.QueryCanceled => As(VerdictKind.Refused,
                "a statement took longer than Relational:StatementTimeoutSeconds. Give the DayColumn an index, or raise the limit."),
            PostgresErrorCodes.InsufficientPrivilege => As(VerdictKind.Refused, $"{Sentence(error)} Grant the user SELECT on it."),
            _ when error.IsTransient => As(VerdictKind.TryAgain, "a passing fault."),
            ['2', '2' or '3', ..] => As(VerdictKind.Refused, "it could not compute a row."),
            _ => As(VerdictKind.Refused, Sentence(error)),
        };
    }

    private static string Sentence(PostgresException error) => $"{error.MessageText}.";
}
