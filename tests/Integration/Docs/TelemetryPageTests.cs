using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.App;
using Pipeline.App.Telemetry;
using Pipeline.Domain.Telemetry;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Docs;

/// <summary>docs/telemetry.md lists the pipeline's metrics, and nothing else.</summary>
public sealed partial class TelemetryPageTests
{
    [Fact]
    public void Every_metric_is_listed_and_no_other()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "telemetry.md"));
        var listed = Name().Matches(page).Select(name => name.Value).Order(StringComparer.Ordinal);
        Assert.Equal(Metrics().Order(StringComparer.Ordinal), listed);
    }

    private static IReadOnlyList<string> Metrics()
    {
        var program = Host.CreateEmptyApplicationBuilder(null);
        program.Configuration.AddInMemoryCollection([new("KafkaBrokers", "127.0.0.1:1"), new("Ledger:ConnectionString", "Host=127.0.0.1")]);
        program.Services.AddPipeline(program.Configuration);
        program.AddTelemetry();
        using var services = program.Services.BuildServiceProvider();
        // Instruments are there when what measures is.
        RuntimeHelpers.RunClassConstructor(typeof(Instruments).TypeHandle);
        services.GetRequiredService<LedgerGauges>();
        services.GetRequiredService<KafkaLag>();
        return
        [
            .. services.GetRequiredService<MetricStore>().Read()
                .Where(family => family.Name.StartsWith("pipeline_", StringComparison.Ordinal))
                .Select(family => family.Kind == MetricKind.Counter ? $"{family.Name}_total" : family.Name),
        ];
    }

    [GeneratedRegex("(?<=`)pipeline_[a-z_]+(?=`)")]
    private static partial Regex Name();
}
