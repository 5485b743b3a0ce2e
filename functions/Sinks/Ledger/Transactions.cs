using Npgsql;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Ledger;

/// <summary>Runs work as one PostgreSQL transaction and says what its errors mean.</summary>
internal static class Transactions
{
    /// <summary>Opens a connection, runs the work and commits.</summary>
    /// <param name="what">What is done, as a noun, for error sentences.</param>
    /// <param name="committed">
    /// Asked on a new connection when the answer to COMMIT was lost: whether this result was committed. It must wait for the
    /// interrupted transaction by locking a row that transaction had locked. Null when repeating the work is harmless.
    /// </param>
    /// <exception cref="TransientException">Interrupted, and the work is not (known to be) committed: run it again.</exception>
    /// <exception cref="TerminalException">PostgreSQL refused: a person must act.</exception>
    public static async Task<T> TransactAsync<T>(
        this NpgsqlDataSource source, string what, Func<NpgsqlConnection, Task<T>> work, CancellationToken stopping,
        Func<NpgsqlConnection, T, Task<bool>>? committed = null)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(stopping);
            await using var transaction = await connection.BeginTransactionAsync(stopping);
            var result = await work(connection);
            try
            {
                await transaction.CommitAsync(CancellationToken.None);   // a cancelled COMMIT would leave its outcome open
            }
            catch (NpgsqlException) when (committed is not null)
            {
                if (!await LookUpAsync(source, look => committed(look, result), stopping)) throw;
            }
            return result;
        }
        catch (Exception error) when (PostgresErrors.FromDriver(error))
        {
            throw PostgresErrors.Classify(error, what);
        }
    }

    /// <summary>Runs one statement's worth of reading.</summary>
    public static async Task<T> ReadAsync<T>(
        this NpgsqlDataSource source, string what, Func<NpgsqlConnection, Task<T>> work, CancellationToken stopping)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(stopping);
            return await work(connection);
        }
        catch (Exception error) when (PostgresErrors.FromDriver(error))
        {
            throw PostgresErrors.Classify(error, what);
        }
    }

    /// <summary>Asks a question in a transaction of its own, so that the locks it takes end with it.</summary>
    public static async Task<T> LookUpAsync<T>(NpgsqlDataSource source, Func<NpgsqlConnection, Task<T>> question, CancellationToken stopping)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        return await question(connection);
    }
}
