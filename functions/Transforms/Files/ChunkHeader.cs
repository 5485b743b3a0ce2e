using System.Text.Json;

namespace Pipeline.Transforms.Files;

/// <summary>What a piece of a text file says in front of its bytes: <c>{"fields":["a","b"]}</c>, <c>{"damage":"…"}</c>,
/// <c>{"rest":true}</c>, or nothing, <c>{}</c>.</summary>
/// <param name="Fields">Names of the fields in their order, as the file's first line has them; null where none does.</param>
/// <param name="Damage">Why the piece cannot be read, a sentence; null when it can.</param>
/// <param name="IsRest">The piece goes on with a record that is larger than the contract's limit and began in the piece before.</param>
internal sealed record ChunkHeader(IReadOnlyList<string>? Fields = null, string? Damage = null, bool IsRest = false)
{
    /// <summary>The header as bytes.</summary>
    public ReadOnlyMemory<byte> ToJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            if (Damage is not null) json.WriteString("damage"u8, Damage);
            if (IsRest) json.WriteBoolean("rest"u8, true);
            if (Fields is not null)
            {
                json.WriteStartArray("fields"u8);
                foreach (var field in Fields) json.WriteStringValue(field);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>Reads a header.</summary>
    /// <returns>Null when the bytes are none.</returns>
    public static ChunkHeader? Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var root = json.RootElement;
            return new(
                root.TryGetProperty("fields"u8, out var fields) ? [.. fields.EnumerateArray().Select(field => field.GetString()!)] : null,
                root.TryGetProperty("damage"u8, out var damage) ? damage.GetString() : null,
                root.TryGetProperty("rest"u8, out var rest) && rest.GetBoolean());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
