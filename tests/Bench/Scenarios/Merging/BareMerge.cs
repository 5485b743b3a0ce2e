using Npgsql;

namespace Pipeline.Tests.Bench.Scenarios.Merging;

/// <summary>What the merge is compared with: ready bytes by one binary COPY, one INSERT ... SELECT ... ON CONFLICT, one transaction.</summary>
/// <remarks>It keeps no ledger and no word of where a row came from, encodes nothing, and cannot meet a key twice.</remarks>
internal sealed class BareMerge(NpgsqlDataSource source)
{
    /// <summary>The contract's columns.</summary>
    public const string Columns = "event_datetime, event_date, event_name, user_id, platform, product_name, \"SKU\"";

    private const string Definitions =
        """
        event_datetime timestamptz NOT NULL, event_date date NOT NULL, event_name text NOT NULL, user_id text COLLATE "C" NOT NULL,
        platform text NOT NULL, product_name text, "SKU" text COLLATE "C" NOT NULL
        """;

    /// <summary>Creates the table; not measured.</summary>
    public async Task PrepareAsync()
    {
        await using var create = source.CreateCommand($"CREATE TABLE bare ({Definitions}, PRIMARY KEY (user_id, \"SKU\"))");
        await create.ExecuteNonQueryAsync();
    }

    /// <summary>Loads the rows.</summary>
    public async Task<long> RunAsync(MergeInput input)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, $"CREATE TEMP TABLE staging ({Definitions}) ON COMMIT DROP");
        await using (var copy = await connection.BeginRawBinaryCopyAsync("COPY staging FROM STDIN (FORMAT binary)"))
            foreach (var piece in input.CopyBytes) await copy.WriteAsync(piece);
        await ExecuteAsync(connection,
            $"""
            INSERT INTO bare AS t ({Columns}) SELECT {Columns} FROM staging ON CONFLICT (user_id, "SKU") DO UPDATE SET
                event_datetime = excluded.event_datetime, event_date = excluded.event_date, event_name = excluded.event_name,
                platform = excluded.platform, product_name = excluded.product_name WHERE t.event_datetime < excluded.event_datetime
            """);
        await transaction.CommitAsync();
        return 0;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
