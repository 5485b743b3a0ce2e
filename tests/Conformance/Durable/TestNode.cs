using System.Collections.Concurrent;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Durable;
using Pipeline.LocalHost.Durable.Engine;

namespace Pipeline.Tests.Conformance.Durable;

/// <summary>One engine on a database, as the host would run it.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IHost host;

    private readonly LogLines log;

    private TestNode(IHost host, LogLines log) => (this.host, this.log) = (host, log);

    /// <summary>What was logged so far.</summary>
    public IEnumerable<string> Logged => log.Lines.Select(line => line.Text);

    public DurableTaskClient Client => host.Services.GetRequiredService<DurableTaskClient>();

    public static async Task<TestNode> StartAsync(
        string database, LambdaFunctions functions, DurableOptions? options = null, Action<IServiceCollection>? configure = null)
    {
        var log = new LogLines();
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.Services.AddSingleton<IDurableFunctions>(functions);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        configure?.Invoke(builder.Services);
        builder.Services.AddDurableEngine(options ?? new(), database);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new(host, log);
    }

    /// <summary>Starts an orchestration and returns its end; a minute without one fails the test.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null)
    {
        var id = await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, TestContext.Current.CancellationToken);
        return await EndAsync(id);
    }

    public async Task<OrchestrationMetadata> EndAsync(string id)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            return await Client.WaitForInstanceCompletionAsync(id, true, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Instance {id} did not end. The engine wrote:\n{string.Join('\n', Logged)}");
        }
    }

    /// <summary>Waits until an instance's history is at least so long and nobody works on it.</summary>
    public Task UntilQuietAsync(string id, int historyLength) => UntilAsync(async () =>
    {
        var parts = host.Services.GetRequiredService<EngineParts>();
        await using var command = parts.Database.CreateCommand(
            "SELECT history_length >= $2 AND owner IS NULL FROM localhost.instance WHERE id = $1");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = historyLength });
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    });

    /// <summary>Waits until something holds; a minute (or so long) without it fails the test.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds, TimeSpan? patience = null)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(patience ?? Patience);
        while (!await holds()) await Task.Delay(20, deadline.Token);
    }

    public Task StopAsync(CancellationToken deadline) => host.StopAsync(deadline);

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync(CancellationToken.None);
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}

/// <summary>Keeps what was logged.</summary>
internal sealed class LogLines : ILoggerProvider
{
    public ConcurrentQueue<(string Category, string Text)> Lines { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose() { }

    private sealed class Logger(LogLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? error, Func<TState, Exception?, string> format) =>
            owner.Lines.Enqueue((category, error is null ? format(state, error) : $"{format(state, error)} {error}"));
    }
}

/// <summary>The real time, some time later.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long ticks;

    public TimeSpan Shift
    {
        get => new(Interlocked.Read(ref ticks));
        set => Interlocked.Exchange(ref ticks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
