using System.Text;
using System.Text.Json;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Pages;

/// <summary>Checks an answer against the envelope that was agreed and finds its records, in one pass.</summary>
internal sealed class PageEnvelope(DatasetContract contract)
{
    /// <summary>Objects and lists within each other in an answer; each record's depth is the decoder's to judge.</summary>
    public const int MaxDepth = 1024;

    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = MaxDepth };

    private readonly PageSpec spec = contract.Source.Pages!;
    private readonly byte[][] recordKeys = [.. contract.Source.Pages!.Records.Select(Encoding.UTF8.GetBytes)];
    private readonly byte[][] otherKeys = [.. contract.Source.Pages!.Envelope.Select(Encoding.UTF8.GetBytes)];
    private readonly FieldMask mask = new(contract);
    private readonly List<(int Start, int Length)> records = [];
    private readonly HashSet<int> seen = [];
    private readonly AnswerSchema schema = new(contract);
    private (int Start, int Length) schemaAt;

    /// <summary>Where the records of the last answer lie.</summary>
    public IReadOnlyList<(int Start, int Length)> Records => records;

    /// <summary>The columns that the last answer told of; empty where answers do not.</summary>
    public IReadOnlyList<SchemaField> Fields => schema.Fields;

    /// <summary>Reads an answer.</summary>
    /// <returns>Why it is refused; null when it is not.</returns>
    public PageFault? Read(ReadOnlySpan<byte> answer)
    {
        records.Clear();
        seen.Clear();
        schemaAt = default;
        if (answer.StartsWith("\uFEFF"u8)) return PageFault.OfEnvelope("", "The answer begins with a byte order mark.");
        var reader = new Utf8JsonReader(answer, isFinalBlock: false, new(AnyDepth));
        try
        {
            return Object(ref reader) ?? End(ref reader) ?? Schema(answer);
        }
        catch (JsonException)
        {
            return new(RejectionCode.MalformedJson, "",
                $"The answer is not JSON: behind byte {reader.BytesConsumed} stands what cannot stand there.");
        }
    }

    private PageFault? Object(ref Utf8JsonReader reader)
    {
        if (!reader.Read()) return Truncated(reader);
        if (reader.TokenType != JsonTokenType.StartObject) return PageFault.OfEnvelope("", "The answer is JSON, but no object.");
        while (true)
        {
            if (!reader.Read()) return Truncated(reader);
            if (reader.TokenType == JsonTokenType.EndObject) return null;
            if (Member(ref reader) is { } fault) return fault;
        }
    }

    private PageFault? Member(ref Utf8JsonReader reader)
    {
        var name = reader.ValueSpan;
        var isRecords = IndexOf(recordKeys, name) >= 0;
        var other = IndexOf(otherKeys, name);
        if (!isRecords && other < 0) return Unknown(PageFault.Clean(name));
        // All names of the records are one key: an answer that has two of them is as odd as one that has a key twice.
        if (!seen.Add(isRecords ? -1 : other)) return Twice(PageFault.Clean(name));
        if (!reader.Read()) return Truncated(reader);
        if (isRecords) return List(ref reader, PageFault.Clean(name));
        if (spec.Schema is { } told && other >= 0 && spec.Envelope[other] == told.Key) return Skip(ref reader);
        if (spec.FieldMask is not null && other >= 0 && spec.Envelope[other] == spec.FieldMask && reader.TokenType == JsonTokenType.String)
            return mask.Check(reader.ValueSpan);
        return reader.TrySkip() ? null : Truncated(reader);
    }

    private PageFault? Skip(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        if (!reader.TrySkip()) return Truncated(reader);
        schemaAt = (start, (int)reader.BytesConsumed - start);
        return null;
    }

    private PageFault? Schema(ReadOnlySpan<byte> answer)
    {
        if (spec.Schema is not { } told) return null;
        return schemaAt.Length == 0
            ? PageFault.OfEnvelope(told.Key, $"The answer has no '{told.Key}', which tells its columns.")
            : schema.Check(answer.Slice(schemaAt.Start, schemaAt.Length));
    }

    private PageFault? List(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return PageFault.OfEnvelope(name, $"The answer's '{name}' holds no list of records.");
        while (true)
        {
            if (!reader.Read()) return Truncated(reader);
            if (reader.TokenType == JsonTokenType.EndArray) return null;
            var start = (int)reader.TokenStartIndex;
            if (!reader.TrySkip()) return Truncated(reader);
            records.Add((start, (int)reader.BytesConsumed - start));
        }
    }

    // Behind the object stands white space only: the reader throws at anything else.
    private PageFault? End(ref Utf8JsonReader reader) => reader.Read() || seen.Contains(-1) || spec.RecordsOptional
        ? null
        : PageFault.OfEnvelope(spec.Records[0], $"The answer has no '{spec.Records[0]}'.");

    private PageFault Unknown(string name) =>
        PageFault.OfEnvelope(name, $"The answer has the key '{name}', which is not in the envelope that the contract agreed to.");

    private static PageFault Twice(string name) =>
        PageFault.OfEnvelope(name, $"The answer has the key '{name}' beside another one of the same meaning.");

    private static PageFault Truncated(in Utf8JsonReader reader) =>
        new(RejectionCode.Truncated, "", $"The answer is cut off: what begins behind byte {reader.BytesConsumed} does not end.");

    private static int IndexOf(byte[][] keys, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < keys.Length; i++)
            if (name.SequenceEqual(keys[i])) return i;
        return -1;
    }
}
