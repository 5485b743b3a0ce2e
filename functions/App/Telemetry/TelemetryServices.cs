using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Ledger;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Telemetry;

/// <summary>Wires what the program tells of itself.</summary>
public static class TelemetryServices
{
    // A scrape's answer is due in seconds, and a program that stops waits for this.
    private static readonly TimeSpan KafkaPatience = TimeSpan.FromSeconds(3);

    /// <summary>Adds /metrics, heartbeats, and the exporters that the settings name.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        builder.Services
            .AddSingleton<MetricStore>()
            .AddSingleton<GaugeReader>()
            .AddSingleton<HeartbeatLedger>()
            .AddSingleton<LedgerGauges>()
            .AddSingleton(provider => new KafkaLag(
                provider.GetRequiredService<ContractSet>(),
                new KafkaLog(provider.GetRequiredService<IOptions<KafkaSettings>>().Value.ToOptions() with { Timeout = KafkaPatience }),
                provider.GetRequiredService<ILandingLedger>(), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton<Heartbeats>()
            .AddHostedService(provider => provider.GetRequiredService<Heartbeats>())
            .AddHostedService<TelemetryStart>();
        builder.AddConsoleFormat();
        builder.AddExporters();
    }
}

/// <summary>Has what listens there before the first trigger fires: nothing else asks for it.</summary>
internal sealed class TelemetryStart(MetricStore metrics, LedgerGauges gauges, Exporters? exporters = null) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        GC.KeepAlive((metrics, gauges));
        exporters?.Flush();
        return Task.CompletedTask;
    }
}
