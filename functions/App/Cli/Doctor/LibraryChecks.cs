using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Cli.Doctor;

/// <summary>The native libraries that the operating system brings.</summary>
internal static class LibraryChecks
{
    private static readonly (string Library, string Package, string For)[] Libraries =
    [
        ("libzstd.so.1", "libzstd1", "segments and Parquet objects"),
        ("libsnappy.so.1", "libsnappy1v5", "Snappy files"),
        ("libz.so.1", "zlib1g", "gzip files"),
    ];

    public static IEnumerable<Check> Of(Patient patient)
    {
        foreach (var (library, package, use) in Libraries)
            yield return new($"library.{library}", $"Install the package {package}.",
                stopping => ExamineAsync(library, package, use, stopping));
        if (patient.Has<Settings.KafkaSettings>(out _))
            yield return new("library.librdkafka", "Install the package librdkafka1.", KafkaAsync);
    }

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        string library, string package, string use, [EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.CompletedTask.WaitAsync(stopping);
        yield return NativeLibrary.TryLoad(library, out _)
            ? Finding.Ok($"library.{library}", "It loads.")
            : Finding.Fault($"library.{library}", $"{library} does not load; it is needed for {use}.", $"Install the package {package}.");
    }

    private static async IAsyncEnumerable<Finding> KafkaAsync([EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.CompletedTask.WaitAsync(stopping);
        yield return Finding.Ok("library.librdkafka", $"Version {KafkaProbe.LibraryVersion()} loads.");
    }
}
