using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Durable;

namespace Pipeline.Tests.Bench.Scenarios.Orchestrations;

/// <summary>One node of the durable engine with the settings it has by default; what it warns of goes to the error stream.</summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private readonly IHost host;

    private BenchNode(IHost host) => this.host = host;

    public DurableTaskClient Client => host.Services.GetRequiredService<DurableTaskClient>();

    public static async Task<BenchNode> StartAsync(string database, BenchFunctions functions)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { DisableDefaults = true });
        builder.Services.AddSingleton<IDurableFunctions>(functions);
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        builder.Services.AddDurableEngine(new(), database);
        var host = builder.Build();
        await host.StartAsync();
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }
}
