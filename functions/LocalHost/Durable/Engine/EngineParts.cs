using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.LocalHost.Durable.Store;

namespace Pipeline.LocalHost.Durable.Engine;

/// <summary>What engine and client of one node share.</summary>
internal sealed class EngineParts : IAsyncDisposable
{
    public EngineParts(
        DurableOptions options, string connectionString, IDurableFunctions functions, DataConverter converter, TimeProvider time,
        ILoggerFactory loggers)
    {
        (Options, Functions, Converter, Time, Loggers) = (options, functions, converter, time, loggers);
        var given = new NpgsqlConnectionStringBuilder(connectionString);
        Database = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder(connectionString)
        {
            // The engine says the same few statements over and over: their plans are kept.
            MaxAutoPrepare = 64, AutoPrepareMinUsages = 2, ApplicationName = $"durable {options.HubName}",
            // Every one of them goes by key, and tables that fill and empty all the time have no statistics to be planned by: a plan made
            // while they were empty would read them from end to end once they are full.
            Options = $"{given.Options} -c jit=off -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off "
                + "-c enable_mergejoin=off",
        }.ConnectionString).Build();
        Outage = new(time, loggers.CreateLogger<Outage>());
        Nodes = new(Database, options.HubName);
        Work = new(Database, options.HubName);
        Commits = new(Database, options.HubName);
        Instances = new(Database, options.HubName);
        Queries = new(Database, options.HubName, converter);
        Notifications = new(Database);
        Wake = new(time);
    }

    public DurableOptions Options { get; }

    public IDurableFunctions Functions { get; }

    public DataConverter Converter { get; }

    public TimeProvider Time { get; }

    public ILoggerFactory Loggers { get; }

    public NpgsqlDataSource Database { get; }

    public Outage Outage { get; }

    public NodeStore Nodes { get; }

    public WorkStore Work { get; }

    public CommitStore Commits { get; }

    public InstanceStore Instances { get; }

    public QueryStore Queries { get; }

    public Notifications Notifications { get; }

    /// <summary>Set whenever there may be work.</summary>
    public Signal Wake { get; }

    public Waiters Waiters { get; } = new();

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
