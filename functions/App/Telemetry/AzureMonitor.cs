using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Pipeline.App.Telemetry;

/// <summary>Azure Monitor, where Application Insights is named.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-configuration</remarks>
internal static partial class ExporterServices
{
    static partial void FindMonitor(IConfiguration configuration, ref string? connection) =>
        connection = configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"];

    static partial void AddMonitor(TracerProviderBuilder traces, string connection) =>
        traces.AddAzureMonitorTraceExporter(options => options.ConnectionString = connection);

    static partial void AddMonitor(MeterProviderBuilder metrics, string connection) =>
        metrics.AddAzureMonitorMetricExporter(options => options.ConnectionString = connection);

    static partial void AddMonitor(OpenTelemetryLoggerOptions logs, string connection) =>
        logs.AddAzureMonitorLogExporter(options => options.ConnectionString = connection);
}
