using System.Collections.Concurrent;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Hosting;

namespace Pipeline.Tests.Conformance.Functions;

/// <summary>A function app made of the given types, in a folder of its own, on a free port.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("functions-").FullName;
    private readonly IHost host;

    private TestHost(Type[] types, string hostJson, Dictionary<string, string?> settings, Action<FunctionsApplicationBuilder>? configure)
    {
        File.WriteAllText(Path.Combine(folder, "host.json"), hostJson);
        var builder = new FunctionsApplicationBuilder([], new AppSource(folder, types));
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["LocalHost:Urls"] = "http://127.0.0.1:0" });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddSingleton(Seen);
        builder.ConfigureFunctionsWebApplication();
        configure?.Invoke(builder);
        host = builder.Build();
    }

    /// <summary>What the functions say they did.</summary>
    public Seen Seen { get; } = new();

    public LogLines Log { get; } = new();

    public IServiceProvider Services => host.Services;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Builds without starting: for the faults of a start.</summary>
    public static TestHost Build(
        Type[] types, string hostJson = """{ "version": "2.0" }""", Dictionary<string, string?>? settings = null,
        Action<FunctionsApplicationBuilder>? configure = null) => new(types, hostJson, settings ?? [], configure);

    public static async Task<TestHost> StartAsync(
        Type[] types, string hostJson = """{ "version": "2.0" }""", Dictionary<string, string?>? settings = null,
        Action<FunctionsApplicationBuilder>? configure = null)
    {
        var test = Build(types, hostJson, settings, configure);
        await test.host.StartAsync(TestContext.Current.CancellationToken);
        var address = test.host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        test.Http = new HttpClient { BaseAddress = new Uri(address) };
        return test;
    }

    public Task StopAsync() => host.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await host.StopAsync(CancellationToken.None);
        host.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>What functions of a test report, in order.</summary>
public sealed class Seen
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private readonly ConcurrentQueue<string> lines = new();

    public IReadOnlyList<string> Lines => [.. lines];

    public void Add(string line) => lines.Enqueue(line);

    /// <summary>Waits until the lines are as wanted.</summary>
    public Task<IReadOnlyList<string>> UntilAsync(Func<IReadOnlyList<string>, bool> wanted) => Until(() => Lines, wanted);

    public static async Task<T> Until<T>(Func<T> read, Func<T, bool> wanted)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        for (var value = read(); ; value = read())
        {
            if (wanted(value)) return value;
            if (deadline.IsCancellationRequested) Assert.Fail($"Waited {Deadline} in vain; last: {(value is IEnumerable<string> lines ? string.Join(" | ", lines) : value)}");
            await Task.Delay(20, CancellationToken.None);
        }
    }
}

/// <summary>The log, as lines.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Category, string Text, Exception? Failure)> lines = new();

    public IReadOnlyList<(LogLevel Level, string Category, string Text, Exception? Failure)> Lines => [.. lines];

    /// <summary>Waits until a line has the text.</summary>
    public Task<string> UntilAsync(string text) =>
        Seen.Until(() => string.Join('\n', lines.Select(line => line.Text)), all => all.Contains(text, StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, this);

    public void Dispose() { }

    private sealed class Logger(string category, LogLines all) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? failure, Func<TState, Exception?, string> format) =>
            all.lines.Enqueue((level, category, format(state, failure), failure));
    }
}
