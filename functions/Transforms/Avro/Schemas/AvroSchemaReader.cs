using System.Text.Json;

namespace Pipeline.Transforms.Avro.Schemas;

/// <summary>Reads a schema's JSON. Everything that is wrong is told, each in a sentence's part without its full stop.</summary>
internal sealed class AvroSchemaReader
{
    /// <summary>Characters of a schema at most.</summary>
    public const int MaxChars = 1 << 20;

    private const int MaxDepth = 200;

    private static readonly JsonDocumentOptions Relaxed = new() { MaxDepth = MaxDepth * 2, CommentHandling = JsonCommentHandling.Skip };

    private readonly Dictionary<string, AvroType> named = new(StringComparer.Ordinal);
    private readonly List<string> faults;
    private readonly bool strict;
    private int depth;

    private AvroSchemaReader(List<string> faults, bool strict) => (this.faults, this.strict) = (faults, strict);

    /// <summary>Reads a schema.</summary>
    /// <param name="faults">Takes what is wrong.</param>
    /// <param name="strict">Names and defaults must keep the rules; files of others are read without, as Avro's own libraries do.</param>
    /// <returns>Null when something is wrong.</returns>
    public static AvroType? Read(string text, List<string> faults, bool strict)
    {
        if (text.Length > MaxChars)
        {
            faults.Add($"the schema has {text.Length} characters, more than {MaxChars}");
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(text, Relaxed);
            var reader = new AvroSchemaReader(faults, strict);
            var type = reader.Read(document.RootElement, "", "the schema");
            if (faults.Count == 0 && strict) DefaultRules.Check(reader.named.Values, faults);
            return faults.Count == 0 ? type : null;
        }
        catch (JsonException error)
        {
            faults.Add($"the schema is not JSON (line {error.LineNumber + 1})");
            return null;
        }
    }

    /// <summary>Reads a schema of a writer.</summary>
    /// <exception cref="InvalidDataException">It is none; the message says why, in a sentence.</exception>
    public static AvroType ReadWriters(string text)
    {
        var faults = new List<string>();
        return Read(text, faults, strict: false) ?? throw new InvalidDataException($"The writer's schema cannot be read: {faults[0]}.");
    }

    private AvroType Read(JsonElement json, string space, string where)
    {
        if (++depth > MaxDepth) return Fault($"{where} is nested deeper than {MaxDepth}");
        try
        {
            var type = json.ValueKind switch
            {
                JsonValueKind.String => Called(json.GetString()!, space, where),
                JsonValueKind.Array => Union(json, space, where),
                JsonValueKind.Object => Declared(json, space, where),
                _ => Fault($"{where} is no type: it is neither a name nor a declaration"),
            };
            return type.Depth <= MaxDepth ? type : Fault($"{where} is nested deeper than {MaxDepth}");
        }
        finally
        {
            depth--;
        }
    }

    private AvroType Called(string name, string space, string where)
    {
        if (Primitive(name) is { } kind) return new(kind, name);
        return named.TryGetValue(AvroNames.Full(name, space), out var type) || named.TryGetValue(name, out type)
            ? type
            : Fault($"{where} has the type '{Short(name)}', which is neither a type of Avro nor declared before");
    }

    private AvroType Union(JsonElement json, string space, string where)
    {
        var branches = json.EnumerateArray().Select((branch, i) => Read(branch, space, $"branch {i} of {where}")).ToList();
        if (branches.Exists(branch => branch.Kind == AvroKind.Union)) faults.Add($"{where} is a union that holds another one");
        foreach (var twice in branches.GroupBy(branch => branch.Name, StringComparer.Ordinal).Where(same => same.Count() > 1))
            if (faults.Count == 0) faults.Add($"{where} is a union with two branches {twice.Key}");
        return new AvroType(AvroKind.Union, "union") { Branches = branches }.Complete();
    }

    private AvroType Declared(JsonElement json, string space, string where)
    {
        if (!json.TryGetProperty("type", out var type)) return Fault($"{where} has no type");
        if (type.ValueKind != JsonValueKind.String) return Read(type, space, where);
        var word = type.GetString()!;
        switch (word)
        {
            case "record" or "error":
                return Record(json, space, where);
            case "enum":
                return Enum(json, space, where);
            case "fixed":
                return Fixed(json, space, where);
            case "array":
                return new AvroType(AvroKind.Array, "array") { Items = Part(json, "items", space, where) }.Complete();
            case "map":
                return new AvroType(AvroKind.Map, "map") { Items = Part(json, "values", space, where) }.Complete();
            default:
                var plain = Called(word, space, where);
                return plain.IsNamed ? plain : LogicalTypes.Apply(plain, json);
        }
    }

    private AvroType Part(JsonElement json, string key, string space, string where) => json.TryGetProperty(key, out var part)
        ? Read(part, space, $"'{key}' of {where}")
        : Fault($"{where} has no '{key}'");

    private AvroType Record(JsonElement json, string space, string where)
    {
        var type = Named(AvroKind.Record, json, space, where);
        if (!json.TryGetProperty("fields", out var fields) || fields.ValueKind != JsonValueKind.Array)
            return Fault($"record '{Short(type.Name)}' has no list of fields");
        type.Fields = [.. fields.EnumerateArray().Select(field => Field(field, type))];
        foreach (var twice in type.Fields.GroupBy(field => field.Name, StringComparer.Ordinal).Where(same => same.Count() > 1))
            faults.Add($"record '{Short(type.Name)}' has two fields '{Short(twice.Key)}'");
        return type.Complete();
    }

    private AvroField Field(JsonElement json, AvroType record)
    {
        var name = AvroNames.Text(json, "name");
        var where = $"field '{Short(name ?? "")}' of record '{Short(record.Name)}'";
        if (name is null) faults.Add($"a field of record '{Short(record.Name)}' has no name");
        else if (strict && !AvroNames.IsName(name)) faults.Add($"{where} has a name that is none; write letters, digits and underscores");
        var type = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("type", out var declared)
            ? Read(declared, AvroNames.SpaceOf(record.Name), where)
            : Fault($"{where} has no type");
        JsonElement? standIn = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("default", out var given) ? given.Clone() : null;
        return new(name ?? "", AvroNames.Texts(json, "aliases"), type, standIn);
    }

    private AvroType Enum(JsonElement json, string space, string where)
    {
        var type = Named(AvroKind.Enum, json, space, where);
        type.Symbols = AvroNames.Texts(json, "symbols");
        if (!json.TryGetProperty("symbols", out _)) faults.Add($"enum '{Short(type.Name)}' has no symbols");
        if (type.Symbols.Distinct(StringComparer.Ordinal).Count() != type.Symbols.Count)
            faults.Add($"enum '{Short(type.Name)}' has a symbol twice");
        type.DefaultSymbol = AvroNames.Text(json, "default");
        if (strict && type.DefaultSymbol is { } standIn && !type.Symbols.Contains(standIn))
            faults.Add($"enum '{Short(type.Name)}' has the default '{Short(standIn)}', which is no symbol of it");
        return type;
    }

    private AvroType Fixed(JsonElement json, string space, string where)
    {
        var type = Named(AvroKind.Fixed, json, space, where);
        if (json.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number && size.TryGetInt32(out var bytes) && bytes >= 0)
            type.Size = bytes;
        else faults.Add($"fixed '{Short(type.Name)}' has no size");
        return LogicalTypes.Apply(type.Complete(), json);
    }

    private AvroType Named(AvroKind kind, JsonElement json, string space, string where)
    {
        var name = AvroNames.Text(json, "name");
        if (name is null) faults.Add($"{where} declares a {kind.ToString().ToLowerInvariant()} without a name");
        var full = AvroNames.Full(name ?? "", AvroNames.Text(json, "namespace") ?? space);
        if (strict && name is not null && !AvroNames.IsFullName(full)) faults.Add($"'{Short(full)}' is no name of a type");
        var type = new AvroType(kind, full)
        {
            Aliases = [.. AvroNames.Texts(json, "aliases").Select(alias => AvroNames.Full(alias, AvroNames.SpaceOf(full)))],
        };
        if (name is not null && (Primitive(full) is not null || !named.TryAdd(full, type)))
            faults.Add($"'{Short(full)}' is declared twice, or is a type of Avro");
        return type;
    }

    private AvroType Fault(string fault)
    {
        faults.Add(fault);
        return new(AvroKind.Null, "null");
    }

    private static AvroKind? Primitive(string name) => name switch
    {
        "null" => AvroKind.Null,
        "boolean" => AvroKind.Boolean,
        "int" => AvroKind.Int,
        "long" => AvroKind.Long,
        "float" => AvroKind.Float,
        "double" => AvroKind.Double,
        "bytes" => AvroKind.Bytes,
        "string" => AvroKind.String,
        _ => null,
    };

    // Names come from anybody's file and go into sentences.
    private static string Short(string name) =>
        new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
}
