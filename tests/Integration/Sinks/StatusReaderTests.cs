using Npgsql;
using Pipeline.Sinks.Ledger;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

/// <summary>What an operator is told of a dataset was so at one instant.</summary>
public sealed class StatusReaderTests(PostgresServer postgres)
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_lands_between_its_statements_is_in_all_of_them_or_in_none()
    {
        await using var source = await postgres.LedgerAsync();
        await Given.LandAsync(source, 3);
        await using var blocking = await source.OpenConnectionAsync(Stopping);
        await using var block = await blocking.BeginTransactionAsync(Stopping);
        // The counts of records are read before, the positions of streams after.
        await SayAsync(blocking, "LOCK TABLE pipeline.day_total");
        var reading = new StatusReader(source, new Clock()).ReadAsync(Given.Orders, Stopping);
        while (await SayAsync(blocking, "SELECT count(*) FROM pg_locks WHERE relation = 'pipeline.day_total'::regclass AND NOT granted") is not 1L)
        {
            Assert.False(reading.IsCompleted, "It read no days.");
            await Task.Delay(20, Stopping);
        }

        await Given.LandAsync(source, 469);
        await block.CommitAsync(Stopping);
        var status = await reading;
        Assert.Equal(3, status.RecordsLanded);
        Assert.Equal(1, status.SegmentsUnpublished);
        Assert.Equal(3, Assert.Single(status.Streams).NextPosition);
    }

    private static async Task<object?> SayAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Stopping);
    }
}
