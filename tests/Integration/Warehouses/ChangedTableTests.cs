using System.Net;
using System.Net.Http.Json;
using Pipeline.Tests.Integration.Extract;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Warehouses;

/// <summary>Somebody alters a table upstream: what cannot be read as agreed is withheld with an alert, what stood stands, a replay heals.</summary>
public sealed class ChangedTableTests(PostgresServer postgres)
{
    private static readonly DateOnly Day = DateOnly.FromDateTime(DateTime.UtcNow).AddDays(-2);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_table_of_BigQuery_is_withheld_and_the_reason_names_the_column()
    {
        (string Change, string Named)[] changes =
            [("field_renamed", "product_information.SKU"), ("field_vanished", "timestamp"), ("field_retyped", "timestamp"), ("envelope", "results")];
        await using var rig = await WarehouseRig.StartAsync(postgres, Day, Day);
        foreach (var (i, (change, _)) in changes.Index())
            await rig.Extract.SwitchAsync("structure", new { platform = "bigquery", change, from = $"{Day.AddDays(-i):O}", to = $"{Day.AddDays(-i):O}" });
        await rig.RunAsync();
        var before = Day.AddDays(-changes.Length);
        await rig.LoadAsync("bigquery", before, Day);

        Assert.Equal(await rig.ActionsAsync(before, before), await rig.ActionTableAsync());
        foreach (var (i, (_, named)) in changes.Index()) await AssertWithheldAsync(rig, $"bigquery_rows' AND day = '{Day.AddDays(-i):O}", named);
        Assert.Equal(["slice_withheld"], await OpenAlertsAsync(rig, "bigquery_rows"));
    }

    [Fact]
    public async Task A_changed_table_of_a_database_is_withheld_and_the_reason_names_the_column()
    {
        (string Change, string Named, string Code)[] changes =
        [
            ("RENAME COLUMN customer_id TO buyer_id", "customer_id", "slice_withheld"),
            ("DROP COLUMN items", "items", "slice_withheld"),
            ("ALTER COLUMN amount TYPE text USING amount || ' ' || currency", "amount", "slice_withheld"),
            ("RENAME COLUMN ordered_at TO placed_at", "ordered_at", "slice_suspect"),
            ("DROP CONSTRAINT orders_pkey", "primary key", "slice_suspect"),
            ("RENAME TO purchases", "shop.orders", "slice_suspect"),
        ];
        await using var rig = await WarehouseRig.StartAsync(postgres, Day, Day, changes.Length);
        await rig.RunAsync();
        await rig.LoadAsync("relational", Day, Day);
        var before = new List<IReadOnlyList<string>>();
        foreach (var (shop, (change, _, _)) in changes.Index())
        {
            before.Add(await rig.OrdersAsync(Day, Day, shop));
            await rig.ShopAsync($"ALTER TABLE shop.orders {change}", shop);
        }
        await rig.LoadAsync("relational", Day, Day);

        foreach (var (shop, (_, named, _)) in changes.Index())
        {
            Assert.Equal(before[shop], await rig.OrderTableAsync(shop));
            Assert.Equal(before[shop], rig.OrderLake(shop));
            await AssertWithheldAsync(rig, $"relational_rows' AND account = 'shop{shop}", named);
        }
        Assert.Equal(changes.Select(change => change.Code).Order(StringComparer.Ordinal), await OpenAlertsAsync(rig, "relational_rows"));
    }

    [Fact]
    public async Task A_new_column_is_news_and_a_renamed_one_is_replayed_under_a_new_contract_without_asking_again()
    {
        await using var rig = await WarehouseRig.StartAsync(postgres, Day, Day);
        await rig.ShopAsync("ALTER TABLE shop.orders ADD COLUMN channel text DEFAULT 'web'");
        await rig.Extract.SwitchAsync("structure", new { platform = "bigquery", change = "field_added" });
        await rig.RunAsync();
        await rig.LoadAsync("relational", Day, Day);
        await rig.LoadAsync("bigquery", Day, Day);
        Assert.Equal(await rig.OrdersAsync(Day, Day), await rig.OrderTableAsync());
        Assert.Equal(await rig.ActionsAsync(Day, Day), await rig.ActionTableAsync());
        Assert.Equal(
            ["bigquery_rows|session_id", "relational_rows|channel"],
            await rig.Extract.SqlAsync("SELECT dataset, subject FROM pipeline.alert WHERE code = 'field_new' AND subject IN ('session_id', 'channel') ORDER BY 1"));

        var orders = await rig.OrdersAsync(Day, Day);
        await rig.ShopAsync("ALTER TABLE shop.orders RENAME COLUMN customer_id TO buyer_id");
        await rig.LoadAsync("relational", Day, Day);
        await AssertWithheldAsync(rig, "relational_rows", "customer_id");
        await rig.ShopAsync("DROP TABLE shop.orders");
        await ContractVersion2Async(rig.Extract);
        using var answer = await rig.Extract.App.Http.PostAsJsonAsync(
            "/api/replays", new { dataset = "relational_rows", from = $"{Day:O}", to = $"{Day:O}" }, Stopping);
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Stopping));
        await rig.Extract.PublishedAsync();
        Assert.Equal(orders, await rig.OrderTableAsync());
        Assert.Equal(orders, rig.OrderLake());
        Assert.Equal("0", Assert.Single(await rig.Extract.SqlAsync("SELECT count(*) FROM pipeline.alert WHERE code = 'slice_withheld' AND resolved_at IS NULL")));
    }

    private static async Task AssertWithheldAsync(WarehouseRig rig, string which, string named)
    {
        var slice = Assert.Single(await rig.Extract.SqlAsync($"SELECT state, reason FROM pipeline.slice WHERE dataset = '{which}'"));
        Assert.StartsWith("withheld|", slice, StringComparison.Ordinal);
        Assert.Contains(named, slice, StringComparison.Ordinal);
    }

    private static Task<List<string>> OpenAlertsAsync(WarehouseRig rig, string dataset) => rig.Extract.SqlAsync(
        $"SELECT code FROM pipeline.alert WHERE dataset = '{dataset}' AND code <> 'field_new' AND resolved_at IS NULL ORDER BY code");

    private static async Task ContractVersion2Async(ExtractRig rig)
    {
        var folder = Path.Combine(rig.App.Home, "datasets");
        Copy(Repository.PathOf("functions", "datasets"), folder);
        var file = Path.Combine(folder, "relational_rows.yaml");
        var contract = await File.ReadAllTextAsync(file, Stopping);
        Assert.Contains("from: customer_id,", contract, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, contract
            .Replace("version: 1", "version: 2", StringComparison.Ordinal)
            .Replace("from: customer_id,", "from: [customer_id, buyer_id],", StringComparison.Ordinal), Stopping);
        await rig.App.StopAsync(Stopping);
        rig.App.Set("Datasets__Folder", folder);
        rig.App.Start();
        await rig.App.ReadyAsync(Stopping);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (var folder in Directory.GetDirectories(from)) Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }
}
