using Npgsql;

namespace Pipeline.Tests.Bench.Scenarios.Orchestrations;

/// <summary>
/// The peer: the least that makes steps durable, by plain Npgsql. One transaction stores an instance, and one for each step its result
/// and the instance's progress; nothing is queued, claimed, leased, replayed or recorded beyond that.
/// </summary>
internal sealed class PlainSteps(string database, int connections) : IAsyncDisposable
{
    private readonly NpgsqlDataSource source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database)
    {
        MaxPoolSize = connections, MinPoolSize = connections, MaxAutoPrepare = 8, AutoPrepareMinUsages = 1,
    });

    public async Task PrepareAsync()
    {
        await using var command = source.CreateCommand(
            """
            CREATE TABLE IF NOT EXISTS plain_instance (id text PRIMARY KEY, input int, done int, at timestamptz) WITH (fillfactor = 70);
            CREATE TABLE IF NOT EXISTS plain_step (instance text, step int, output bigint, at timestamptz, PRIMARY KEY (instance, step));
            TRUNCATE plain_instance, plain_step;
            """);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stores the instances, then runs the steps of each one after the other, as many instances at once as connections.</summary>
    public async Task RunAsync(int instances)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = connections };
        await Parallel.ForAsync(0, instances, parallel, async (i, _) => await CommitAsync(Start(i)));
        await Parallel.ForAsync(0, instances, parallel, async (i, _) =>
        {
            for (var step = 0; step < BenchFunctions.Activities; step++) await CommitAsync(Result(i, step), Progress(i, step + 1));
        });
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private static NpgsqlBatchCommand Start(int instance) => Command(
        "INSERT INTO plain_instance (id, input, done, at) VALUES ($1, $2, 0, now())", Id(instance), instance);

    private static NpgsqlBatchCommand Result(int instance, int step) => Command(
        "INSERT INTO plain_step (instance, step, output, at) VALUES ($1, $2, $3, now())",
        Id(instance), step, (long)(instance + step) * (instance + step));

    private static NpgsqlBatchCommand Progress(int instance, int done) => Command(
        "UPDATE plain_instance SET done = $2, at = now() WHERE id = $1", Id(instance), done);

    private static string Id(int instance) => $"{instance:D32}";

    private static NpgsqlBatchCommand Command(string text, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(text);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }

    // The statements of one batch are one transaction.
    private async Task CommitAsync(params NpgsqlBatchCommand[] commands)
    {
        await using var batch = source.CreateBatch();
        foreach (var command in commands) batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync();
    }
}
