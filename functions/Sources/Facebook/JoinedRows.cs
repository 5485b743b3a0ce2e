using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Domain.Failures;

namespace Pipeline.Sources.Facebook;

/// <summary>Rows whose fields had to be asked for in several reports, put together again by their key.</summary>
internal sealed class JoinedRows(string level)
{
    private readonly Dictionary<string, JsonObject> rows = new(StringComparer.Ordinal);

    /// <summary>Adds a page of one of the reports.</summary>
    /// <exception cref="TerminalException">A row lacks a part of its key: it cannot be joined to anything.</exception>
    public void Add(byte[] page)
    {
        foreach (var row in (JsonNode.Parse(page)?["data"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var key = JsonSerializer.Serialize(ReportQuestion.KeyFields(level).Select(field => row[field]?.ToString()
                ?? throw new TerminalException($"A row of Meta's {level} report has no '{field}', by which its fields are joined.")));
            if (rows.TryAdd(key, (JsonObject)row.DeepClone())) continue;
            foreach (var (name, value) in row)
                if (!rows[key].ContainsKey(name)) rows[key][name] = value?.DeepClone();
        }
    }

    /// <summary>One page with all rows, in the form of Meta's own.</summary>
    public byte[] ToPage() => JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["data"] = new JsonArray([.. rows.Values]) });
}
