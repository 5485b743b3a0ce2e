using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Avro.Schemas;

/// <summary>Writes a default, which a schema has as JSON, as a writer would have written it.</summary>
/// <remarks>https://avro.apache.org/docs/1.12.0/specification/#schema-record: "Field default values"</remarks>
internal static class DefaultBytes
{
    private const int MaxDepth = 100;

    /// <summary>Appends the value.</summary>
    /// <returns>False when the JSON is no value of the type; some of it may be written then.</returns>
    public static bool TryWrite(AvroType type, JsonElement json, List<byte> into, int depth = 0)
    {
        if (depth > MaxDepth) return false;
        switch (type.Kind)
        {
            case AvroKind.Null:
                return json.ValueKind == JsonValueKind.Null;
            case AvroKind.Boolean:
                into.Add((byte)(json.ValueKind == JsonValueKind.True ? 1 : 0));
                return json.ValueKind is JsonValueKind.True or JsonValueKind.False;
            case AvroKind.Int:
                return json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var number) && Write(into, number);
            case AvroKind.Long:
                return json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var wide) && Write(into, wide);
            case AvroKind.Float:
                return Real(json) is { } single && Write(into, BitConverter.SingleToUInt32Bits((float)single), sizeof(float));
            case AvroKind.Double:
                return Real(json) is { } real && Write(into, BitConverter.DoubleToUInt64Bits(real), sizeof(double));
            case AvroKind.String:
                return json.ValueKind == JsonValueKind.String && WriteText(into, Encoding.UTF8.GetBytes(json.GetString()!));
            case AvroKind.Bytes:
                return Latin1(json) is { } bytes && WriteText(into, bytes);
            case AvroKind.Fixed:
                return Latin1(json) is { } content && content.Length == type.Size && Add(into, content);
            case AvroKind.Enum:
                return json.ValueKind == JsonValueKind.String && IndexOf(type.Symbols, json.GetString()!) is >= 0 and var symbol
                    && Write(into, symbol);
            case AvroKind.Union:
                return TryUnion(type, json, into, depth);
            case AvroKind.Record:
                return TryRecord(type, json, into, depth);
            default:
                return type.Kind == AvroKind.Array ? TryArray(type, json, into, depth) : TryMap(type, json, into, depth);
        }
    }

    // Up to 1.11 a union's default is of its first branch; since 1.12 it is of any.
    private static bool TryUnion(AvroType type, JsonElement json, List<byte> into, int depth)
    {
        for (var branch = 0; branch < type.Branches.Count; branch++)
        {
            var before = into.Count;
            if (Write(into, branch) && TryWrite(type.Branches[branch], json, into, depth + 1)) return true;
            into.RemoveRange(before, into.Count - before);
        }
        return false;
    }

    private static bool TryRecord(AvroType type, JsonElement json, List<byte> into, int depth)
    {
        if (json.ValueKind != JsonValueKind.Object) return false;
        foreach (var field in type.Fields)
        {
            var value = json.TryGetProperty(field.Name, out var given) ? given : field.Default;
            if (value is not { } known || !TryWrite(field.Type, known, into, depth + 1)) return false;
        }
        return true;
    }

    private static bool TryArray(AvroType type, JsonElement json, List<byte> into, int depth)
    {
        if (json.ValueKind != JsonValueKind.Array) return false;
        if (json.GetArrayLength() != 0) Write(into, json.GetArrayLength());
        foreach (var item in json.EnumerateArray())
            if (!TryWrite(type.Items!, item, into, depth + 1)) return false;
        return Write(into, 0);
    }

    private static bool TryMap(AvroType type, JsonElement json, List<byte> into, int depth)
    {
        if (json.ValueKind != JsonValueKind.Object) return false;
        var entries = json.EnumerateObject().ToList();
        if (entries.Count != 0) Write(into, entries.Count);
        foreach (var entry in entries)
            if (!WriteText(into, Encoding.UTF8.GetBytes(entry.Name)) || !TryWrite(type.Items!, entry.Value, into, depth + 1)) return false;
        return Write(into, 0);
    }

    private static double? Real(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => json.GetDouble(),
        JsonValueKind.String => json.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => null,
        },
        _ => null,
    };

    // Bytes are written as the characters U+0000 to U+00FF.
    private static byte[]? Latin1(JsonElement json) =>
        json.ValueKind == JsonValueKind.String && json.GetString()!.All(c => c <= 0xFF) ? Encoding.Latin1.GetBytes(json.GetString()!) : null;

    private static int IndexOf(IReadOnlyList<string> texts, string text)
    {
        for (var i = 0; i < texts.Count; i++)
            if (texts[i] == text) return i;
        return -1;
    }

    private static bool Write(List<byte> into, long value)
    {
        Span<byte> bytes = stackalloc byte[Varint.MaxBytes];
        return Add(into, bytes[..Varint.Write(bytes, 0, Varint.ZigZag(value))]);
    }

    private static bool Write(List<byte> into, ulong bits, int count)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, bits);
        return Add(into, bytes[..count]);
    }

    private static bool WriteText(List<byte> into, byte[] text) => Write(into, text.Length) && Add(into, text);

    private static bool Add(List<byte> into, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes) into.Add(value);
        return true;
    }
}

/// <summary>Defaults that a schema's own types must allow.</summary>
internal static class DefaultRules
{
    /// <summary>Tells the defaults that are no values of their types.</summary>
    public static void Check(IEnumerable<AvroType> types, List<string> faults)
    {
        foreach (var record in types)
            foreach (var field in record.Fields)
                if (field.Default is { } value && !DefaultBytes.TryWrite(field.Type, value, []))
                    faults.Add($"field '{field.Name}' of record '{record.Name}' has a default that is no value of its type");
    }
}
