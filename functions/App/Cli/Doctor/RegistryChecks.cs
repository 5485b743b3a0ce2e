using System.Runtime.CompilerServices;
using Pipeline.Domain.Datasets;
using Pipeline.Sources.Registry;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The schema registry of Avro messages.</summary>
internal static class RegistryChecks
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    public static IEnumerable<Check> Of(Patient patient)
    {
        if (!patient.Has<RegistryOptions>(out var options)) yield break;
        yield return new("registry", "Check Registry:Url, and that the registry runs.",
            stopping => ExamineAsync(patient, options, stopping));
    }

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        Patient patient, RegistryOptions options, [EnumeratorCancellation] CancellationToken stopping)
    {
        if (options.Url is null)
        {
            var avro = patient.Contracts.Contracts.Where(contract =>
                contract.Sources.Any(source => source.Kind == SourceKind.Kafka && source.Avro is not null));
            yield return Finding.Skipped("registry", avro.Any()
                ? "Registry:Url is not set: only archived schemas and those of contracts are known."
                : "No contract reads Avro messages.");
            yield break;
        }
        using var http = new HttpClient { Timeout = Timeout };
        // Whether it has a schema of this number does not matter: both are an answer.
        await new SchemaRegistry(http, options, patient.Time).FindAsync(1, stopping);
        yield return Finding.Ok("registry", $"{options.Url.Host} answers.");
    }
}
