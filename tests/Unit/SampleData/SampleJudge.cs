using System.Text;
using System.Text.Json;

namespace Pipeline.Tests.Unit.SampleData;

/// <summary>What the contract user_actions makes of a record, by System.Text.Json and rules of its own.</summary>
/// <remarks>It shares no code with the product: where the two differ, one of them is wrong.</remarks>
internal static class SampleJudge
{
    private const int MaxRecordBytes = 1024 * 1024;
    private const int MaxDepth = 64;

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private static readonly string[] Paths =
    [
        "timestamp", "event_name", "user_identifiers.id", "user_identifiers.platform",
        "product_information.name", "product_information.SKU",
    ];

    public static Verdict Judge(byte[] record)
    {
        if (record.Length > MaxRecordBytes) return new("too_large", "");
        try
        {
            StrictUtf8.GetCharCount(record);
        }
        catch (DecoderFallbackException)
        {
            return new("bad_utf8", "");
        }
        return Syntax(record) ?? Fields(record);
    }

    private static Verdict? Syntax(byte[] record)
    {
        try
        {
            return Tokens(record);
        }
        catch (JsonException)
        {
            return new("malformed_json", "");
        }
        catch (InvalidOperationException)
        {
            return new("bad_utf8", "");     // an escape names half a surrogate pair
        }
    }

    private static Verdict? Tokens(byte[] record)
    {
        // Not the final block: a record that is only cut off ends the loop without an exception.
        var reader = new Utf8JsonReader(record, isFinalBlock: false, new JsonReaderState(new() { MaxDepth = 1000 }));
        var open = new Stack<(string Path, HashSet<string> Keys)>();
        var (path, root) = ("", JsonTokenType.None);
        while (reader.Read())
        {
            if (root == JsonTokenType.None) root = reader.TokenType;
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    open.Push((path, []));
                    if (open.Count > MaxDepth) return new("too_deep", "");
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    open.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    var key = reader.GetString()!;
                    path = open.Peek().Path.Length == 0 ? key : $"{open.Peek().Path}.{key}";
                    if (!open.Peek().Keys.Add(key)) return new("duplicate_key", Paths.Contains(path) ? path : "");
                    break;
                case JsonTokenType.String:
                    reader.GetString();
                    break;
            }
        }
        if (open.Count > 0) return new("truncated", "");
        if (root == JsonTokenType.StartObject) return null;
        return new(IsJson(record) ? "not_an_object" : "malformed_json", "");
    }

    private static bool IsJson(byte[] record)
    {
        try
        {
            using var document = JsonDocument.Parse(record);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static Verdict Fields(byte[] record)
    {
        using var document = JsonDocument.Parse(record);
        var texts = new string?[Paths.Length];
        for (var i = 0; i < Paths.Length; i++)
        {
            var code = Text(document.RootElement, Paths[i], required: Paths[i] != "product_information.name", out texts[i]);
            if (code.Length > 0) return new(code, Paths[i]);
        }
        return new("accepted", "", new(SampleTime.Parse(texts[0]!).Utc, texts[1]!, texts[2]!, texts[3]!, texts[4], texts[5]!));
    }

    private static string Text(JsonElement record, string path, bool required, out string? text)
    {
        text = null;
        var at = record;
        foreach (var step in path.Split('.'))
        {
            if (at.ValueKind == JsonValueKind.Null) break;
            if (at.ValueKind != JsonValueKind.Object) return "wrong_type";
            if (!at.TryGetProperty(step, out at)) return required ? "missing" : "";
        }
        if (at.ValueKind == JsonValueKind.Null) return required ? "null" : "";
        if (at.ValueKind != JsonValueKind.String) return "wrong_type";
        text = at.GetString()!;
        return path == "timestamp" ? SampleTime.Parse(text).Code : Bounds(path, text);
    }

    private static string Bounds(string path, string text)
    {
        if (text.Contains('\0')) return "nul_character";
        if (path is "user_identifiers.id" or "product_information.SKU") return Encoding.UTF8.GetByteCount(text) > 1200 ? "too_long" : "";
        if (path != "event_name") return "";
        return text.Length == 0 ? "empty" : text.EnumerateRunes().Count() > 64 ? "too_long" : "";
    }
}

/// <summary>What becomes of a record.</summary>
/// <param name="Code"><c>accepted</c>, or the code of the refusal.</param>
/// <param name="Field">The field at fault; empty when the record as a whole is, or nothing.</param>
internal sealed record Verdict(string Code, string Field, SampleRow? Row = null);

/// <summary>The row an accepted record gives.</summary>
internal sealed record SampleRow(DateTime EventTime, string EventName, string UserId, string Platform, string? ProductName, string Sku);
