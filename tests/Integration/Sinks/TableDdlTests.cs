using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class TableDdlTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_table_has_the_contracts_columns_types_and_key()
    {
        await using var source = await postgres.LedgerAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => EnsureAsync(source, Given.Orders)));
        await EnsureAsync(source, Given.Orders);
        Assert.Equal(
            ["order_id text!", "updated_at timestamp with time zone!", "SKU text", "amount numeric(18,4)", "_shard text!", "_position bigint!", "_publication bigint!"],
            await Given.LinesAsync(source,
                """
                SELECT attname || ' ' || format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN '!' ELSE '' END
                FROM pg_attribute WHERE attrelid = 'warehouse.orders'::regclass AND attnum > 0 ORDER BY attnum
                """));
    }

    [Fact]
    public async Task A_nullable_column_that_is_new_in_the_contract_is_added()
    {
        await using var source = await postgres.LedgerAsync();
        await EnsureAsync(source, Given.Orders);
        var wider = Given.Orders with { Columns = [.. Given.Orders.Columns, new("Note \"x\"", new(ColumnKind.Json), ["note"])] };
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EnsureAsync(source, wider)));
        Assert.Equal(["jsonb"], await Given.LinesAsync(
            source, "SELECT data_type FROM information_schema.columns WHERE table_name = 'orders' AND column_name = 'Note \"x\"'"));
    }

    [Fact]
    public async Task Every_difference_is_listed_at_once_and_nothing_is_changed()
    {
        await using var source = await postgres.LedgerAsync();
        await Given.ExecuteAsync(source,
            """
            CREATE TABLE warehouse.orders (order_id bigint, updated_at timestamptz, amount numeric(18,4) NOT NULL, owner text NOT NULL,
                _shard text, _position bigint)
            """);
        var contract = Given.Orders with { Columns = [.. Given.Orders.Columns, new("must", new(ColumnKind.Bool), ["must"], Required: true)] };
        var error = await Assert.ThrowsAsync<TerminalException>(() => EnsureAsync(source, contract));
        Assert.Equal(
            "Table warehouse.\"orders\" differs from its contract: column order_id is bigint, the contract says text; "
            + "column amount is NOT NULL, the contract allows null; column must is required and missing: add it with values for the rows that are there; "
            + "column _publication is required and missing: add it with values for the rows that are there; "
            + "column owner is NOT NULL without a default, and the contract does not have it; no primary key or unique index is on exactly (order_id). "
            + "Change the table or the contract.", error.Message);
        Assert.Equal(["6"], await Given.LinesAsync(source, "SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders'"));
    }

    [Fact]
    public async Task Columns_and_indexes_that_the_owner_added_are_left_alone()
    {
        await using var source = await postgres.LedgerAsync();
        await EnsureAsync(source, Given.Orders);
        await Given.ExecuteAsync(source, "ALTER TABLE warehouse.orders ADD note text, ADD loaded_at timestamptz NOT NULL DEFAULT now(); CREATE INDEX ON warehouse.orders (\"SKU\")");
        await EnsureAsync(source, Given.Orders);
    }

    [Fact]
    public async Task A_name_that_PostgreSQL_would_cut_off_is_refused()
    {
        await using var source = await postgres.LedgerAsync();
        await Assert.ThrowsAsync<TerminalException>(() => EnsureAsync(source, Given.Orders with { Table = Given.Orders.Table! with { Name = new string('ö', 32) } }));
    }

    private async Task EnsureAsync(NpgsqlDataSource source, DatasetContract contract)
    {
        await using var connection = await source.OpenConnectionAsync(stopping);
        await TableDdl.EnsureAsync(connection, TableShape.Of(contract)!, stopping);
    }
}
