using Npgsql;
using Pipeline.Sandbox;
using Pipeline.Sandbox.Generating;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sqs;

/// <summary>The app as its own program beside an SQS whose queues it drains.</summary>
internal sealed class LoginsRig : IDisposable
{
    private const string Queue = "user-logins", DeadLetters = "user-logins-dead";

    private readonly MockKafkaCluster cluster = new();
    private readonly string queue;
    private readonly string deadLetters;

    private LoginsRig(PostgresServer postgres, SqsServer server, string queue, string deadLetters)
    {
        (Server, this.queue, this.deadLetters) = (server, queue, deadLetters);
        cluster.CreateTopic("user-actions", 1);
        App = new(postgres.CreateDatabase(), cluster.Bootstrap,
            ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("Sqs__Endpoint", server.Address.ToString()),
            ("Sqs__VisibilitySeconds", "5"), ("Sqs__Queues__user_logins__Url", queue), ("Sqs__Queues__user_logins__DeadLetterUrl", deadLetters),
            ("Sqs__Queues__user_logins__Region", "us-east-1"), ("Publish__MaxAge", "00:00:01"));
    }

    public SqsServer Server { get; }

    public FunctionApp App { get; }

    /// <summary>Starts the servers; the app is not started yet.</summary>
    public static async Task<LoginsRig> CreateAsync(PostgresServer postgres, double lostDeletions)
    {
        var server = new SqsServer(lostDeletions);
        return new(postgres, server, await server.CreateQueueAsync(Queue), await server.CreateQueueAsync(DeadLetters));
    }

    public Task SendAsync(IEnumerable<Login> logins) => Server.SendAsync(queue, logins.Select(login => login.Body));

    /// <summary>Waits until the queue has nothing any more, hidden or not.</summary>
    public Task EmptyAsync(CancellationToken stopping) => App.EventuallyAsync(async () => await Server.CountAsync(queue) == 0, stopping);

    public Task<IReadOnlyList<(string Body, IReadOnlyDictionary<string, string> Attributes)>> DeadLettersAsync() => Server.TakeAllAsync(deadLetters);

    /// <summary>The first column of a statement's rows, as text.</summary>
    public async Task<List<string>> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(App.Database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetValue(0).ToString()!);
        return rows;
    }

    public void Dispose()
    {
        App.Dispose();
        Server.Dispose();
        cluster.Dispose();
    }
}
