using Npgsql;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Warehouse;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class MergeTests(PostgresServer postgres)
{
    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Any_order_any_split_and_any_repetition_leave_the_same_table(int seed)
    {
        var random = new Random(seed);
        var orders = Enumerable.Range(0, 300).Select(i => new Order(
            $"k'{random.Next(40)}\"; --", random.Next(8), random.Next(3) == 0 ? null : $"Ä{random.Next(99)}", random.Next(), i)).ToArray();
        var expected = orders.GroupBy(order => order.Id).Select(group => group.MaxBy(order => (order.UpdatedMicros, Stream(order), order.Position))!)
            .OrderBy(order => order.Id, StringComparer.Ordinal).Select(order => $"{order.Id}|{order.Sku ?? "null"}|{Stream(order)}-g1|{order.Position}");

        await using var source = await postgres.LedgerAsync();
        await MergeAsync(source, orders);
        var table = await TableAsync(source);
        Assert.Equal(expected, table);
        await MergeAsync(source, orders);
        Assert.Equal(table, await TableAsync(source));

        await using var shuffled = await postgres.LedgerAsync();
        random.Shuffle(orders);
        for (var rest = orders.AsEnumerable(); rest.Any(); rest = rest.Skip(70)) await MergeAsync(shuffled, [.. rest.Take(random.Next(70, 150))]);
        Assert.Equal(table, await TableAsync(shuffled));
    }

    [Fact]
    public async Task Two_merges_of_the_same_keys_at_once_do_not_deadlock()
    {
        await using var source = await postgres.LedgerAsync();
        await MergeAsync(source, []);
        var orders = Enumerable.Range(0, 3000).Select(i => new Order($"{i:D5}", i, "x", 1, i)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => MergeAsync(source, worker % 2 == 0 ? orders : [.. orders.Reverse()])));
        Assert.Equal(3000, (await TableAsync(source)).Count);
    }

    [Fact]
    public async Task A_row_without_a_version_is_older_than_any_and_ties_go_to_the_later_position()
    {
        await using var source = await postgres.LedgerAsync();
        var contract = Given.Orders with { Table = Given.Orders.Table! with { NewerBy = "SKU" } };
        foreach (var order in (Order[])[new("a", 0, "x", 1, 3), new("a", 0, null, 2, 9), new("b", 0, null, 1, 4), new("b", 0, null, 2, 5), new("c", 0, "y", 1, 8), new("c", 0, "y", 2, 6)])
            await MergeAsync(source, [order], contract);
        Assert.Equal(["a|x|orders-1-g1|3", "b|null|orders-1-g1|5", "c|y|orders-0-g1|8"], await TableAsync(source));
    }

    // Which shard a row came from follows from its position, so that each batch of a shard keeps to it.
    private static string Stream(Order order) => $"orders-{order.Position % 2}";

    private async Task MergeAsync(NpgsqlDataSource source, Order[] orders, Domain.Datasets.DatasetContract? contract = null)
    {
        var shape = TableShape.Of(contract ?? Given.Orders)!;
        var sql = new MergeSql(shape);
        await using var connection = await source.OpenConnectionAsync(stopping);
        await TableDdl.EnsureAsync(connection, shape, stopping);
        await using var target = new MergeTarget(connection, sql, await StagingTable.BeginAsync(connection, sql, Given.Orders.Columns, stopping));
        foreach (var shard in orders.GroupBy(Stream)) await target.Staging.WriteAsync(Given.Batch(shard, shard.Key), stopping);
        await target.Staging.EndAsync(stopping);
        await using var transaction = await connection.BeginTransactionAsync(stopping);
        await target.MergeAsync(1, stopping);
        await transaction.CommitAsync(stopping);
    }

    private static Task<List<string>> TableAsync(NpgsqlDataSource source) =>
        Given.LinesAsync(source, "SELECT order_id, \"SKU\", _shard, _position FROM warehouse.orders ORDER BY order_id COLLATE \"C\"");
}
