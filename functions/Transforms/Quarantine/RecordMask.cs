using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Domain.Datasets;

namespace Pipeline.Transforms.Quarantine;

/// <summary>Shows a refused record to people: what the contract names and does not mask, and of all else the type and the length.</summary>
/// <remarks>A record that cannot be taken apart keeps its structure only: letters become x, digits 9.</remarks>
public sealed class RecordMask
{
    /// <summary>Characters of a shown record at most; what is behind them is cut off.</summary>
    public const int MaxCharacters = 8192;

    private const int MaxValueCharacters = 256;

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly DatasetContract contract;
    private readonly HashSet<string> shown;
    private readonly HashSet<string> documents;

    /// <param name="contract">As the shard's source sees it (<see cref="DatasetContract.For"/>).</param>
    public RecordMask(DatasetContract contract)
    {
        this.contract = contract;
        var masked = contract.Columns.Where(column => column.Mask is not null).SelectMany(column => column.From).ToList();
        var open = contract.Columns.Where(column => column.Mask is null)
            .SelectMany(column => column.From.Select(path => (Path: path, IsDocument: column.Type.Kind == ColumnKind.Json)))
            .Where(each => !masked.Exists(path => IsWithin(each.Path, path) || IsWithin(path, each.Path))).ToList();
        shown = [.. open.Select(each => each.Path)];
        documents = [.. open.Where(each => each.IsDocument).Select(each => each.Path)];
    }

    /// <summary>The record as it may be shown.</summary>
    public string Show(ReadOnlySpan<byte> record)
    {
        var text = contract.Source.Format switch
        {
            RecordFormat.Json => Json(record),
            RecordFormat.Csv => Csv(record),
            _ => null,
        } ?? Structure(record);
        return text.Length <= MaxCharacters ? text : text[..MaxCharacters];
    }

    private static bool IsWithin(string path, string outer) =>
        path == outer || (path.StartsWith(outer, StringComparison.Ordinal) && path[outer.Length] is '.' or '[');

    private string? Json(ReadOnlySpan<byte> record)
    {
        try
        {
            var reader = new Utf8JsonReader(record, new JsonReaderOptions { MaxDepth = 64 });
            using var document = JsonDocument.ParseValue(ref reader);
            if (reader.BytesConsumed != record.Length && record[(int)reader.BytesConsumed..].ContainsAnyExcept(" \t\r\n"u8)) return null;
            return Written(json => Write(json, document.RootElement, ""));
        }
        catch (JsonException)
        {
            return null;   // it is shown by its structure
        }
        catch (InvalidOperationException)
        {
            return null;   // a text in it is no Unicode
        }
    }

    private void Write(Utf8JsonWriter json, JsonElement value, string path)
    {
        if (documents.Contains(path)) value.WriteTo(json);
        else if (value.ValueKind == JsonValueKind.Object)
        {
            json.WriteStartObject();
            foreach (var member in value.EnumerateObject())
            {
                json.WritePropertyName(Name(member.Name));
                Write(json, member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}");
            }
            json.WriteEndObject();
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            json.WriteStartArray();
            foreach (var item in value.EnumerateArray()) Write(json, item, $"{path}[]");
            json.WriteEndArray();
        }
        else WriteScalar(json, value, shown.Contains(path));
    }

    private static void WriteScalar(Utf8JsonWriter json, JsonElement value, bool isShown)
    {
        if (value.ValueKind is JsonValueKind.Null) json.WriteNullValue();
        else if (value.ValueKind == JsonValueKind.String)
        {
            var text = value.GetString()!;
            if (!isShown) json.WriteStringValue(Hidden("text", text.Length));
            else json.WriteStringValue(Cut(text));
        }
        else if (isShown) value.WriteTo(json);
        else if (value.ValueKind == JsonValueKind.Number) json.WriteStringValue(Hidden("number", value.GetRawText().Length));
        else json.WriteStringValue(Hidden("bool", 0));
    }

    // Fields that are quoted, or of another number than are named, are shown by their structure.
    private string? Csv(ReadOnlySpan<byte> record)
    {
        if (contract.Source.Csv is not { Fields: { Count: > 0 } names } csv || record.Contains((byte)'"')) return null;
        var fields = Encoding.UTF8.GetString(record).TrimEnd('\r', '\n').Split(csv.Delimiter);
        if (fields.Length != names.Count) return null;
        return Written(json =>
        {
            json.WriteStartObject();
            for (var i = 0; i < fields.Length; i++)
                json.WriteString(names[i], shown.Contains(names[i]) ? Cut(fields[i]) : Hidden("text", fields[i].Length));
            json.WriteEndObject();
        });
    }

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Relaxed)) write(json);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    // Never between the two halves of one character.
    private static string Cut(string text) => text.Length <= MaxValueCharacters ? text
        : text[..(char.IsHighSurrogate(text[MaxValueCharacters - 1]) ? MaxValueCharacters - 1 : MaxValueCharacters)];

    private static string Hidden(string type, int length) =>
        length == 0 ? $"<{type}>" : string.Create(CultureInfo.InvariantCulture, $"<{type}, {length}>");

    // A name may be a value that is used as a name.
    private static string Name(string name) =>
        name.Length <= 64 && name.All(letter => char.IsAsciiLetter(letter) || letter is '_' or '-' or '$') ? name : Structure(name);

    private static string Structure(ReadOnlySpan<byte> record) =>
        Structure(Encoding.UTF8.GetString(record[..Math.Min(record.Length, MaxCharacters)]));

    private static string Structure(string text)
    {
        var masked = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Rune.IsDigit(rune)) masked.Append('9');
            else if (!rune.IsAscii || Rune.IsLetter(rune)) masked.Append('x');
            else masked.Append(Rune.IsControl(rune) && rune.Value is not ('\t' or '\n' or '\r') ? '.' : (char)rune.Value);
        }
        return masked.ToString();
    }
}
