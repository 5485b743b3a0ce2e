using Npgsql;
using Pipeline.Tests.Integration.Extract;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Integration.Sources;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Warehouses;

/// <summary>The function app beside BigQuery, as the Sandbox plays it, and shops' own PostgreSQL databases.</summary>
internal sealed class WarehouseRig(ExtractRig extract, IReadOnlyList<string> shops) : IAsyncDisposable
{
    public const string Project = "shop-analytics";

    /// <summary>Orders of a day of the shop, which lies in Berlin.</summary>
    private const int OrdersADay = 60;

    public ExtractRig Extract { get; } = extract;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public static async Task<WarehouseRig> StartAsync(PostgresServer postgres, DateOnly from, DateOnly to, int shops = 1)
    {
        var rig = new WarehouseRig(await ExtractRig.StartAsync(postgres), [.. Enumerable.Range(0, shops).Select(_ => postgres.CreateDatabase())]);
        for (var shop = 0; shop < shops; shop++) await rig.OpenAsync(shop, from, to);
        foreach (var (name, value) in rig.Settings()) rig.Extract.App.Set(name, value);
        return rig;
    }

    /// <summary>Starts the app and waits until it is ready.</summary>
    public async Task RunAsync()
    {
        Extract.App.Start();
        await Extract.App.ReadyAsync(Stopping);
    }

    /// <summary>Loads days of a source and waits until they are published.</summary>
    public async Task LoadAsync(string source, DateOnly from, DateOnly to)
    {
        await Extract.BackfilledAsync(await Extract.BackfillAsync(source, from, to));
        await Extract.PublishedAsync();
    }

    /// <summary>Changes something in a shop.</summary>
    public async Task ShopAsync(string sql, int shop = 0)
    {
        await using var connection = new NpgsqlConnection(shops[shop]);
        await connection.OpenAsync(Stopping);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Stopping);
    }

    /// <summary>What a shop has.</summary>
    public async Task<IReadOnlyList<string>> OrdersAsync(DateOnly from, DateOnly to, int shop = 0) => Sorted(await ListAsync(shops[shop],
        $"""
        SELECT order_id, (ordered_at AT TIME ZONE 'Europe/Berlin')::date::text, customer_id, status, amount::numeric(18,2)::text, currency,
            (extract(epoch FROM updated_at) * 1000000)::bigint
        FROM shop.orders WHERE (ordered_at AT TIME ZONE 'Europe/Berlin')::date BETWEEN '{from:O}' AND '{to:O}'
        """));

    /// <summary>What the warehouse has of it.</summary>
    public async Task<IReadOnlyList<string>> OrderTableAsync(int shop = 0) => Sorted(await ListAsync(Extract.Database,
        $"""
        SELECT order_id, order_date::text, customer_id, status, amount::text, currency, (extract(epoch FROM updated_at) * 1000000)::bigint
        FROM warehouse.relational_rows WHERE database_name = 'shop{shop}' AND table_name = 'shop.orders'
        """));

    /// <summary>What the lake has of it, read by DuckDB.</summary>
    public IReadOnlyList<string> OrderLake(int shop = 0) => Sorted(ParquetReaders.Query(
        $"""
        SELECT order_id::VARCHAR, order_date::VARCHAR, customer_id, status, amount::VARCHAR, currency, epoch_us(updated_at)::VARCHAR
        FROM read_parquet('{Extract.App.Lake}/relational_rows/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)
        WHERE database_name = 'shop{shop}'
        """).Select(row => string.Join('|', row)));

    /// <summary>What BigQuery has.</summary>
    public async Task<IReadOnlyList<string>> ActionsAsync(DateOnly from, DateOnly to) => Sorted((await Extract.TruthAsync("bigquery", Project, from, to))
        .Select(row => string.Join('|', row["project"], row["day"], row["event"], row["micros"], row["user"], row["platform"], row["product_name"], row["sku"])));

    /// <summary>What the warehouse has of it.</summary>
    public async Task<IReadOnlyList<string>> ActionTableAsync() => Sorted(await ListAsync(Extract.Database,
        """
        SELECT project, event_date::text, event_name, (extract(epoch FROM event_datetime) * 1000000)::bigint, user_id, platform, product_name, "SKU"
        FROM warehouse.bigquery_rows
        """));

    /// <summary>What the lake has of it, read by DuckDB.</summary>
    public IReadOnlyList<string> ActionLake() => Sorted(ParquetReaders.Query(
        $"""
        SELECT project, event_date::VARCHAR, event_name, epoch_us(event_datetime)::VARCHAR, user_id, platform, coalesce(product_name, ''), SKU
        FROM read_parquet('{Extract.App.Lake}/bigquery_rows/**/*.parquet', hive_partitioning = true, hive_types_autocast = false)
        """).Select(row => string.Join('|', row)));

    /// <summary>Jobs that BigQuery was paid for.</summary>
    public async Task<int> BilledAsync() => (await Extract.CountersAsync()).GetProperty("platforms").GetProperty("bigquery").GetProperty("operations").GetInt32();

    public ValueTask DisposeAsync() => Extract.DisposeAsync();

    private Task OpenAsync(int shop, DateOnly from, DateOnly to) => ShopAsync(
        $"""
        CREATE SCHEMA shop;
        CREATE TABLE shop.orders (order_id bigint PRIMARY KEY, ordered_at timestamptz NOT NULL, customer_id text NOT NULL, status text NOT NULL,
            amount numeric(12,2) NOT NULL, currency char(3) NOT NULL, items jsonb, updated_at timestamptz NOT NULL);
        CREATE INDEX ON shop.orders (ordered_at);
        INSERT INTO shop.orders SELECT
            9007199254740993 + row_number() OVER (), day + n * interval '23 minutes 17.000001 seconds', 'customer-' || n % 17,
            (ARRAY['placed', 'paid', 'shipped', 'cancelled'])[1 + n % 4], n * 12345.67 / 100, (ARRAY['EUR', 'USD'])[1 + n % 2],
            CASE WHEN n % 5 > 0 THEN jsonb_build_array(jsonb_build_object('sku', 'SKU-' || n, 'quantity', n % 3 + 1)) END, day + interval '1 day'
        FROM generate_series('{from:O} 00:00 Europe/Berlin'::timestamptz, '{to:O} 00:00 Europe/Berlin'::timestamptz, interval '1 day') AS day,
            generate_series(0, {OrdersADay - 1}) AS n;
        """, shop);

    private IEnumerable<(string, string)> Settings()
    {
        var url = Extract.Apis.ToString().TrimEnd('/');
        yield return ("BigQuery__BaseUrl", url);
        yield return ("BigQuery__TokenUrl", $"{url}/token");
        yield return ("BigQuery__Project", Project);
        yield return ("BigQuery__Location", "EU");
        yield return ("BigQuery__ServiceAccountFile", ServiceAccountKey.File);
        yield return ("BigQuery__PollSeconds", "1");
        yield return ("BigQuery__Streams__0__Name", "user_actions");
        yield return ("BigQuery__Streams__0__Table", "shop.user_actions");
        yield return ("BigQuery__Streams__0__DayColumn", "event_date");
        yield return ("Relational__PageRows", "7");
        for (var shop = 0; shop < shops.Count; shop++)
        {
            yield return ($"Relational__Databases__shop{shop}__ConnectionString", shops[shop]);
            yield return ($"Relational__Databases__shop{shop}__Tables__0__Name", "shop.orders");
            yield return ($"Relational__Databases__shop{shop}__Tables__0__DayColumn", "ordered_at");
            yield return ($"Relational__Databases__shop{shop}__Tables__0__TimeZone", "Europe/Berlin");
        }
    }

    private static async Task<List<string>> ListAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(Stopping);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Stopping);
        var rows = new List<string>();
        while (await reader.ReadAsync(Stopping))
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetValue(i).ToString())));
        return rows;
    }

    private static IReadOnlyList<string> Sorted(IEnumerable<string> rows) => [.. rows.Order(StringComparer.Ordinal)];
}
