using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Pipeline.LocalHost.Kafka;

/// <summary>Confluent.Kafka comes here without its native package; the operating system's librdkafka serves it.</summary>
internal static class KafkaLibrary
{
    private static int loaded;

    /// <summary>Points Confluent.Kafka at librdkafka.so.1 where nothing else found it. Again is harmless.</summary>
    public static void Load()
    {
        // An event and not SetDllImportResolver: that may be set once per assembly, and the app may set it too.
        if (Interlocked.Exchange(ref loaded, 1) == 1) return;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            name.Contains("librdkafka", StringComparison.Ordinal) ? NativeLibrary.Load("librdkafka.so.1") : 0;
    }
}
