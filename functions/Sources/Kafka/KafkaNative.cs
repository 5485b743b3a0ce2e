using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Pipeline.Sources.Kafka;

/// <summary>Finds the operating system's librdkafka where the client came without one.</summary>
internal static class KafkaNative
{
    private static int resolves;

    /// <summary>From now on librdkafka.so.1 serves where nothing else was found. Again is harmless.</summary>
    public static void Load()
    {
        if (Interlocked.Exchange(ref resolves, 1) == 1) return;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            name.Contains("librdkafka", StringComparison.Ordinal) ? NativeLibrary.Load("librdkafka.so.1") : 0;
    }
}
