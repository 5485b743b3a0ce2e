using System.Diagnostics;
using System.Runtime.CompilerServices;
using OpenTelemetry;
using OpenTelemetry.Exporter;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The collector of spans, metrics and log events, by the exporter that the app uses: with its protocol, TLS and
/// headers.</summary>
internal static class TelemetryChecks
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static IEnumerable<Check> Of(Patient patient)
    {
        if (patient.Configuration[Endpoint] is { Length: > 0 } endpoint)
            yield return new("telemetry.otlp", $"Check {Endpoint}.", stopping => ExamineAsync(endpoint, stopping));
    }

    private static async IAsyncEnumerable<Finding> ExamineAsync(string endpoint, [EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.CompletedTask.WaitAsync(stopping);
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var address))
        {
            // The exporter would pass over it and send to its default, this machine.
            yield return Finding.Fault("telemetry.otlp", $"{Endpoint} is no address.", "Write one such as http://collector:4317.");
            yield break;
        }
        var options = new OtlpExporterOptions();
        using var exporter = new OtlpTraceExporter(options);
        // Collectors take a request without spans, and keep nothing of it.
        yield return exporter.Export(new Batch<Activity>([], 0)) == ExportResult.Success
            ? Finding.Ok("telemetry.otlp", $"{address.Authority} takes what is exported.")
            : Finding.Fault("telemetry.otlp", $"{address.Authority} did not take an export by {Text(options.Protocol)}.",
                $"Start the collector or open the way to it; correct {Endpoint}, OTEL_EXPORTER_OTLP_PROTOCOL (grpc is mostly port 4317, "
                + "http/protobuf 4318) and OTEL_EXPORTER_OTLP_HEADERS.");
    }

    private static string Text(OtlpExportProtocol protocol) => protocol == OtlpExportProtocol.HttpProtobuf ? "http/protobuf" : "grpc";
}
