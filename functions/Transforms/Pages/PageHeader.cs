using System.Text;
using System.Text.Json;

namespace Pipeline.Transforms.Pages;

/// <summary>The header of a page, as its source landed it: one flat JSON object.</summary>
internal sealed class PageHeader
{
    private readonly List<(string Name, JsonTokenType Kind, int Start, int Length)> fields = [];
    private ReadOnlyMemory<byte> json;

    /// <summary>Reads a header; what it holds is valid as long as its bytes.</summary>
    /// <returns>False when it is none.</returns>
    public bool Read(ReadOnlyMemory<byte> header)
    {
        fields.Clear();
        json = header;
        try
        {
            var reader = new Utf8JsonReader(header.Span);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = Encoding.UTF8.GetString(reader.ValueSpan);
                reader.Read();
                var (kind, start) = (reader.TokenType, (int)reader.TokenStartIndex);
                reader.Skip();
                fields.Add((name, kind, start, (int)reader.BytesConsumed - start));
            }
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A field's value as JSON; empty when the header has no such field.</summary>
    public ReadOnlySpan<byte> Json(string name)
    {
        foreach (var field in fields)
            if (field.Name == name) return json.Span.Slice(field.Start, field.Length);
        return default;
    }

    /// <summary>A field's text; null when there is none.</summary>
    public string? Text(string name)
    {
        foreach (var field in fields)
        {
            if (field.Name != name || field.Kind != JsonTokenType.String) continue;
            // Sources write what is not plain ASCII, and some of that, as escapes.
            var reader = new Utf8JsonReader(json.Span.Slice(field.Start, field.Length));
            reader.Read();
            return reader.GetString();
        }
        return null;
    }
}
