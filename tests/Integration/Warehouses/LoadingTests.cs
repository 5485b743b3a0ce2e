using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Sinks.Lake;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Integration.Readers;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Warehouses;

/// <summary>Days of BigQuery and of a shop's database in table and lake: loaded through faults and kills, by the daily run, restated.</summary>
public sealed class LoadingTests(PostgresServer postgres)
{
    private static readonly DateOnly To = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-2);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backfill_loads_what_upstream_has_through_faults_and_kills_and_no_job_is_paid_for_twice()
    {
        const int Days = 12;
        var from = To.AddDays(1 - Days);
        await using var rig = await WarehouseRig.StartAsync(postgres, from, To);
        await rig.Extract.SwitchAsync("faults", new { platform = "bigquery", fault = "throttle", probability = 0.1, seed = 1, waitSeconds = 0.2 });
        await rig.Extract.SwitchAsync("faults", new { platform = "bigquery", fault = "server_error", probability = 0.05, seed = 2 });
        await rig.Extract.SwitchAsync("faults", new { platform = "bigquery", fault = "drop", probability = 0.05, seed = 3 });
        await rig.Extract.SwitchAsync("tokens", new { expiresInSeconds = 15 });
        await rig.RunAsync();
        var backfills = new[] { await rig.Extract.BackfillAsync("bigquery", from, To), await rig.Extract.BackfillAsync("relational", from, To) };
        for (var kill = 0; kill < 2; kill++)
        {
            await Task.Delay(kill == 0 ? 1500 : 3500, Stopping);
            rig.Extract.App.Kill();
            await rig.RunAsync();
        }
        foreach (var id in backfills) await rig.Extract.BackfilledAsync(id);
        await rig.Extract.PublishedAsync();

        await AssertLoadedAsync(rig, from);
        Assert.Equal(Days, await rig.BilledAsync());
        Assert.Equal(await rig.ActionsAsync(from, To), (await RedshiftAsync(rig, "bigquery_rows", from))
            .Select(row => string.Join('|', row["project"], row["event_date"], row["event_name"], row["event_datetime"], row["user_id"], row["platform"], row["product_name"], row["SKU"]))
            .Order(StringComparer.Ordinal));
        Assert.Equal(await rig.OrdersAsync(from, To), (await RedshiftAsync(rig, "relational_rows", from))
            .Select(row => string.Join('|', row["order_id"], row["order_date"], row["customer_id"], row["status"], row["amount"], row["currency"], row["updated_at"]))
            .Order(StringComparer.Ordinal));
        Assert.Equal("0", Assert.Single(await rig.Extract.SqlAsync("SELECT count(*) FROM pipeline.alert WHERE dataset IN ('bigquery_rows', 'relational_rows')")));
    }

    [Fact]
    public async Task The_daily_run_reads_the_last_days_again_and_rows_that_changed_or_vanished_upstream_do_so_here()
    {
        var from = To.AddDays(-3);
        var restated = To.AddDays(-1);
        await using var rig = await WarehouseRig.StartAsync(postgres, from, To.AddDays(1));
        await rig.RunAsync();
        await rig.LoadAsync("bigquery", from, To);
        await rig.LoadAsync("relational", from, To);
        await AssertLoadedAsync(rig, from);

        await rig.Extract.SwitchAsync("restate", new { platform = "bigquery", account = WarehouseRig.Project, day = $"{restated:O}" });
        await rig.ShopAsync(
            $"""
            UPDATE shop.orders SET status = 'cancelled', amount = 0, updated_at = now()
                WHERE (ordered_at AT TIME ZONE 'Europe/Berlin')::date = '{restated:O}' AND order_id % 3 = 0;
            DELETE FROM shop.orders WHERE (ordered_at AT TIME ZONE 'Europe/Berlin')::date = '{restated:O}' AND order_id % 7 = 0;
            """);
        (await rig.Extract.App.Http.PostAsJsonAsync("/admin/functions/ExtractDaily", new { }, Stopping)).Dispose();
        await rig.Extract.App.EventuallyAsync(async () => (await rig.Extract.SqlAsync(
            "SELECT count(DISTINCT source) FROM pipeline.restatement_log WHERE dataset IN ('bigquery_rows', 'relational_rows')")).SequenceEqual(["2"]), Stopping);
        await rig.Extract.PublishedAsync();

        Assert.Equal((await rig.ActionsAsync(from, To)).Count, (await rig.ActionTableAsync()).Count(row => IsUntil(row, To, 1)));
        Assert.Equal(await rig.OrdersAsync(from, To), (await rig.OrderTableAsync()).Where(row => IsUntil(row, To, 1)));
        Assert.Equal(await rig.OrdersAsync(from, To), rig.OrderLake().Where(row => IsUntil(row, To, 1)));
        Assert.Equal(
            [$"bigquery|{restated:yyyy-MM-dd}|True", $"relational|{restated:yyyy-MM-dd}|True"],
            await rig.Extract.SqlAsync(
                "SELECT source, day::text, rows_new < rows_old FROM pipeline.restatement_log WHERE dataset IN ('bigquery_rows', 'relational_rows') ORDER BY 1"));
    }

    private static bool IsUntil(string row, DateOnly last, int column) => string.CompareOrdinal(row.Split('|')[column], $"{last:yyyy-MM-dd}") <= 0;

    // The script, as Redshift would run it, twice over; where it says COPY, the manifest's files are read by place.
    private static async Task<IEnumerable<Dictionary<string, string>>> RedshiftAsync(WarehouseRig rig, string dataset, DateOnly from)
    {
        const string Root = "s3://example-lake/lake";
        var contract = ContractReader.ReadFolder(Repository.PathOf("functions", "datasets")).Verified().Named(dataset);
        await using var ledger = NpgsqlDataSource.Create(rig.Extract.Database);
        var script = await new RedshiftLoad(ledger, new FolderStore(rig.Extract.App.Lake), Root).ScriptAsync(contract, from, To, "default", Stopping);
        var local = Regex.Replace(script.Replace(Root, rig.Extract.App.Lake, StringComparison.Ordinal), "LOCK TABLE [^;]+;", "")
            .Replace("BEGIN;", "BEGIN TRANSACTION;", StringComparison.Ordinal);
        var run = Regex.Replace(local, "COPY (\\S+) FROM '([^']+)' IAM_ROLE default FORMAT AS PARQUET MANIFEST;", copy =>
            $"INSERT INTO {copy.Groups[1]} SELECT * FROM read_parquet([{FilesOf(copy.Groups[2].Value, Root, rig.Extract.App.Lake)}], hive_partitioning = false);");
        var create = Regex.Replace(new RedshiftSql(contract).CreateTable(), "\\) DIST[^;]+;", ");");
        var rows = ParquetReaders.Query($"SET TimeZone = 'UTC'; {create} {run} {run} SELECT {Columns(contract)} FROM warehouse.{dataset}");
        return rows.Select(row => contract.Columns.Zip(row).ToDictionary(each => each.First.Name, each => each.Second ?? ""));
    }

    private static string FilesOf(string manifest, string root, string lake)
    {
        var entries = JsonDocument.Parse(File.ReadAllText(manifest)).RootElement.GetProperty("entries").EnumerateArray().ToList();
        return string.Join(", ", entries.Select(entry =>
        {
            var path = entry.GetProperty("url").GetString()!.Replace(root, lake, StringComparison.Ordinal);
            Assert.Equal(new FileInfo(path).Length, entry.GetProperty("meta").GetProperty("content_length").GetInt64());
            return $"'{path.Replace("'", "''", StringComparison.Ordinal)}'";
        }));
    }

    private static string Columns(DatasetContract contract) => string.Join(", ", contract.Columns.Select(column => column.Type.Kind switch
    {
        ColumnKind.Timestamp => $"epoch_us(\"{column.Name}\")::VARCHAR",
        _ => $"\"{column.Name}\"::VARCHAR",
    }));

    private static async Task AssertLoadedAsync(WarehouseRig rig, DateOnly from)
    {
        var actions = await rig.ActionsAsync(from, To);
        Assert.Equal(actions, await rig.ActionTableAsync());
        Assert.Equal(actions, rig.ActionLake());
        var orders = await rig.OrdersAsync(from, To);
        Assert.NotEmpty(orders);
        Assert.Equal(orders, await rig.OrderTableAsync());
        Assert.Equal(orders, rig.OrderLake());
    }
}
