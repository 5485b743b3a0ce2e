using System.Runtime.InteropServices;

namespace Pipeline.Sinks.Lake;

/// <summary>Memory as a stream, for an SDK that takes nothing else.</summary>
internal static class Streams
{
    /// <summary>A read-only stream over memory; copies only what is not backed by an array.</summary>
    public static MemoryStream Over(ReadOnlyMemory<byte> memory) => MemoryMarshal.TryGetArray(memory, out var array)
        ? new(array.Array!, array.Offset, array.Count, writable: false)
        : new(memory.ToArray(), writable: false);
}
