using System.Text;
using System.Text.Json;
using Pipeline.Transforms.Avro.Schemas;

namespace Pipeline.Transforms.Avro.Plans;

/// <summary>Bytes that plans know before they read anything, at the places they have in every run: symbols and defaults.</summary>
internal sealed class Constants
{
    private readonly List<byte> bytes = [];

    /// <summary>All of them.</summary>
    public ReadOnlySpan<byte> Bytes => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes);

    /// <summary>Where the reader's symbols stand, one for each of the writer's; -1 for one the reader has none for.</summary>
    public (int Start, int Length)[] Symbols(AvroType writer, AvroType reader) =>
        [.. writer.Symbols.Select(symbol => reader.Symbols.Contains(symbol) ? symbol : reader.DefaultSymbol)
            .Select(symbol => symbol is null ? (-1, 0) : Add(Encoding.UTF8.GetBytes(symbol)))];

    /// <summary>Where a default stands as a writer would have written it; null when it is no value of the type.</summary>
    public (int Start, int Length)? Default(AvroType type, JsonElement value)
    {
        var start = bytes.Count;
        if (DefaultBytes.TryWrite(type, value, bytes)) return (start, bytes.Count - start);
        bytes.RemoveRange(start, bytes.Count - start);
        return null;
    }

    private (int Start, int Length) Add(byte[] text)
    {
        bytes.AddRange(text);
        return (bytes.Count - text.Length, text.Length);
    }
}
