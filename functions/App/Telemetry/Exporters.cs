using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Pipeline.Domain.Telemetry;

namespace Pipeline.App.Telemetry;

/// <summary>Sends spans, metrics and log events where OpenTelemetry's standard variables say; the container ends them with the
/// program.</summary>
/// <remarks>https://opentelemetry.io/docs/specs/otel/protocol/exporter/</remarks>
internal sealed class Exporters(TracerProvider traces, MeterProvider metrics)
{
    // As long as a program that stops may still take to send what it has.
    private const int FlushMilliseconds = 3000;

    /// <summary>Sends what is waiting.</summary>
    public void Flush()
    {
        traces.ForceFlush(FlushMilliseconds);
        metrics.ForceFlush(FlushMilliseconds);
    }
}

/// <summary>Adds the exporters.</summary>
internal static partial class ExporterServices
{
    // Sources and meters that the runtime, the driver and the host have themselves.
    private static readonly string[] Sources =
        [Spans.SourceName, "Microsoft.Azure.Functions.Worker", "Microsoft.AspNetCore", "Npgsql", "System.Net.Http"];

    private static readonly string[] Meters = [Instruments.MeterName, "System.Runtime", "Microsoft.AspNetCore.Hosting"];

    /// <summary>Adds them where a collector (or Azure Monitor, in a build for the Functions host) is named; else nothing listens.</summary>
    public static void AddExporters(this IHostApplicationBuilder builder)
    {
        var (collector, monitor) = (Named(builder.Configuration, "OTEL_EXPORTER_OTLP_ENDPOINT"), MonitorOf(builder.Configuration));
        if (!collector && monitor is null) return;
        builder.Services.AddSingleton(_ => Traces(collector, monitor)).AddSingleton(_ => Metrics(collector, monitor))
            .AddSingleton<Exporters>();
        builder.Logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(Resource());
            logs.IncludeFormattedMessage = true;
            if (collector) logs.AddOtlpExporter();
            if (monitor is not null) AddMonitor(logs, monitor);
        });
    }

    private static TracerProvider Traces(bool collector, string? monitor)
    {
        var traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Resource()).AddSource(Sources).AddProcessor(new OrphanCalls());
        if (collector) traces.AddOtlpExporter();
        if (monitor is not null) AddMonitor(traces, monitor);
        return traces.Build();
    }

    private static MeterProvider Metrics(bool collector, string? monitor)
    {
        var metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource()).AddMeter(Meters);
        if (collector) metrics.AddOtlpExporter();
        if (monitor is not null) AddMonitor(metrics, monitor);
        return metrics.Build();
    }

    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say comes last and wins.
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddService(
            "pipeline", serviceVersion: typeof(Exporters).Assembly.GetName().Version?.ToString(), serviceInstanceId: Environment.MachineName)
        .AddTelemetrySdk().AddEnvironmentVariableDetector();

    private static string? MonitorOf(IConfiguration configuration)
    {
        string? connection = null;
        FindMonitor(configuration, ref connection);
        return string.IsNullOrEmpty(connection) ? null : connection;
    }

    private static bool Named(IConfiguration configuration, string setting) => !string.IsNullOrEmpty(configuration[setting]);

    // AzureMonitor.cs has their bodies; it is compiled for the Functions host alone, whose packages it needs.
    static partial void FindMonitor(IConfiguration configuration, ref string? connection);

    static partial void AddMonitor(TracerProviderBuilder traces, string connection);

    static partial void AddMonitor(MeterProviderBuilder metrics, string connection);

    static partial void AddMonitor(OpenTelemetryLoggerOptions logs, string connection);
}

/// <summary>Keeps back calls that belong to nothing: a host that looks for work every second says so by its silence.</summary>
internal sealed class OrphanCalls : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.Kind == ActivityKind.Client && data.ParentSpanId == default) data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
