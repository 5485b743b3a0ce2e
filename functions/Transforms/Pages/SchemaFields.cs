using System.Text;
using System.Text.Json;

namespace Pipeline.Transforms.Pages;

/// <summary>A column that an answer tells of.</summary>
/// <param name="Name">As it is called.</param>
/// <param name="Json">The name as a JSON text with the colon behind it.</param>
/// <param name="Kind">What its values are.</param>
/// <param name="IsRepeated">It is a list of them.</param>
/// <param name="Parts">The columns within it; empty for a value.</param>
internal sealed record SchemaField(string Name, byte[] Json, CellKind Kind, bool IsRepeated, IReadOnlyList<SchemaField> Parts)
{
    /// <summary>Reads an answer's schema.</summary>
    /// <returns>Null when it is none.</returns>
    public static IReadOnlyList<SchemaField>? Read(ReadOnlyMemory<byte> schema)
    {
        try
        {
            using var json = JsonDocument.Parse(schema);
            return Fields(json.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<SchemaField>? Fields(JsonElement parent)
    {
        if (parent.ValueKind != JsonValueKind.Object) return null;
        if (!parent.TryGetProperty("fields", out var list) || list.ValueKind != JsonValueKind.Array) return null;
        var fields = new List<SchemaField>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || Text(item, "name") is not { } name) return null;
            var kind = KindOf(Text(item, "type"));
            var parts = kind == CellKind.Record ? Fields(item) : [];
            if (parts is null) return null;
            fields.Add(new(name, Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(name)}\":"), kind, Text(item, "mode") == "REPEATED", parts));
        }
        return fields;
    }

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema has two names for some.
    private static CellKind KindOf(string? type) => type switch
    {
        "RECORD" or "STRUCT" => CellKind.Record,
        "TIMESTAMP" => CellKind.Instant,
        "BOOLEAN" or "BOOL" => CellKind.Boolean,
        "JSON" => CellKind.Json,
        _ => CellKind.Text,
    };
}

/// <summary>What the values of a column are.</summary>
internal enum CellKind
{
    /// <summary>A text, which may hold a number: it is kept, digit by digit.</summary>
    Text,

    /// <summary>Microseconds since 1970-01-01T00:00:00Z, as a text.</summary>
    Instant,

    /// <summary><c>true</c> or <c>false</c>, as a text.</summary>
    Boolean,

    /// <summary>JSON, as a text.</summary>
    Json,

    /// <summary>Values of its own columns.</summary>
    Record,
}
