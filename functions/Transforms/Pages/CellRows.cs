using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Pages;

/// <summary>Gives positional rows their names: <c>{"f": [{"v": "7"}, {"v": [{"v": "x"}]}]}</c> becomes <c>{"id": "7", "tags": ["x"]}</c>.</summary>
/// <remarks>
/// Numbers stay texts, digit by digit; instants become RFC 3339. A row that does not fit its schema is handed on as it is: it lacks every
/// column, and the decoder refuses it. https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/getQueryResults
/// </remarks>
internal sealed class CellRows : IDisposable
{
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = PageEnvelope.MaxDepth };

    private readonly PooledBytes named = new();

    /// <summary>The row with names, lent until the next call.</summary>
    public ReadOnlySpan<byte> Name(ReadOnlySpan<byte> row, IReadOnlyList<SchemaField> fields)
    {
        named.Clear();
        var reader = new Utf8JsonReader(row, AnyDepth);
        return reader.Read() && Record(ref reader, row, fields) ? named.Span : row;
    }

    // The reader stands at the beginning of what is read, and at its end when it returns.
    private bool Record(ref Utf8JsonReader reader, ReadOnlySpan<byte> row, IReadOnlyList<SchemaField> fields)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || !reader.ValueTextEquals("f"u8)) return false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) return false;
        named.Append((byte)'{');
        for (var i = 0; i < fields.Count; i++)
        {
            if (i > 0) named.Append((byte)',');
            named.Append(fields[i].Json);
            if (!reader.Read() || !Cell(ref reader, row, fields[i], fields[i].IsRepeated)) return false;
        }
        named.Append((byte)'}');
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray && reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }

    private bool Cell(ref Utf8JsonReader reader, ReadOnlySpan<byte> row, SchemaField field, bool isList)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || !reader.ValueTextEquals("v"u8) || !reader.Read()) return false;
        var written = isList ? List(ref reader, row, field) : Value(ref reader, row, field);
        return written && reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }

    private bool List(ref Utf8JsonReader reader, ReadOnlySpan<byte> row, SchemaField field)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return false;
        named.Append((byte)'[');
        for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
        {
            if (!first) named.Append((byte)',');
            if (!Cell(ref reader, row, field, isList: false)) return false;
        }
        named.Append((byte)']');
        return true;
    }

    private bool Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> row, SchemaField field)
    {
        if (reader.TokenType == JsonTokenType.Null) named.Append("null"u8);
        else if (field.Kind == CellKind.Record) return Record(ref reader, row, field.Parts);
        else if (reader.TokenType != JsonTokenType.String) return false;
        else if (field.Kind == CellKind.Instant && Utf8Parser.TryParse(reader.ValueSpan, out long micros, out var read) && read == reader.ValueSpan.Length)
            Instant(micros);
        else if (field.Kind == CellKind.Boolean && (reader.ValueTextEquals("true"u8) || reader.ValueTextEquals("false"u8))) named.Append(reader.ValueSpan);
        else if (field.Kind == CellKind.Json && Json(reader.GetString()!) is { } json) named.Append(json);
        else named.Append(row[(int)reader.TokenStartIndex..(int)reader.BytesConsumed]);
        return true;
    }

    private void Instant(long micros)
    {
        Span<byte> text = stackalloc byte[40];
        var ticks = DateTime.UnixEpoch.Ticks + ((Int128)micros * TimeSpan.TicksPerMicrosecond);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            named.Append((byte)'"');            // beyond the year 9999: no instant, which the decoder says
            Utf8Formatter.TryFormat(micros, text, out var digits);
            named.Append(text[..digits]);
            named.Append((byte)'"');
            return;
        }
        text[0] = (byte)'"';
        new DateTime((long)ticks).TryFormat(text[1..], out var length, "yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
        "Z\""u8.CopyTo(text[(length + 1)..]);
        named.Append(text[..(length + 3)]);
    }

    /// <inheritdoc/>
    public void Dispose() => named.Dispose();

    private static byte[]? Json(string text)
    {
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return Encoding.UTF8.GetBytes(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
