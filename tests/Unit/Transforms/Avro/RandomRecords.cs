using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tests.Unit.Transforms.Avro;

/// <summary>Schemas and values of them at random, each value as Avro and as the JSON it should become.</summary>
internal sealed class RandomRecords(Random random)
{
    private int names;

    /// <summary>A record's schema.</summary>
    public JsonObject Record(int depth)
    {
        var fields = new JsonArray();
        for (var i = random.Next(1, 6); i > 0; i--) fields.Add(new JsonObject { ["name"] = $"f{i}", ["type"] = Type(depth - 1) });
        return new() { ["type"] = "record", ["name"] = $"N{names++}", ["fields"] = fields };
    }

    /// <summary>Writes a value of a schema.</summary>
    /// <returns>The value in JSON.</returns>
    public JsonNode? Write(JsonNode type, AvroBytes into)
    {
        if (type is JsonArray union)
        {
            var branch = random.Next(union.Count);
            into.Long(branch);
            return Write(union[branch]!, into);
        }
        if (type is JsonValue name) return Plain(name.GetValue<string>(), into);
        switch (type["type"]!.GetValue<string>())
        {
            case "record":
                var record = new JsonObject();
                foreach (var field in type["fields"]!.AsArray()) record[field!["name"]!.GetValue<string>()] = Write(field["type"]!, into);
                return record;
            case "enum":
                var symbols = type["symbols"]!.AsArray();
                var symbol = random.Next(symbols.Count);
                into.Long(symbol);
                return symbols[symbol]!.DeepClone();
            case "fixed":
                var content = Bytes(type["size"]!.GetValue<int>());
                into.Raw(content);
                return Convert.ToBase64String(content);
            case "array":
                return Items(type["items"]!, into);
            case "map":
                return Map(type["values"]!, into);
            default:
                var day = random.Next(-100_000, 100_000);
                into.Long(day);
                return DateTime.UnixEpoch.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }
    }

    private JsonNode Type(int depth) => random.Next(depth <= 0 ? 10 : 15) switch
    {
        0 => "null",
        1 => "boolean",
        2 => "int",
        3 => "long",
        4 => "float",
        5 => "double",
        6 or 7 => "string",
        8 => "bytes",
        9 => random.Next(3) switch
        {
            0 => new JsonObject { ["type"] = "enum", ["name"] = $"N{names++}", ["symbols"] = new JsonArray("A", "B", "C") },
            1 => new JsonObject { ["type"] = "fixed", ["name"] = $"N{names++}", ["size"] = random.Next(9) },
            _ => new JsonObject { ["type"] = "int", ["logicalType"] = "date" },
        },
        10 => new JsonObject { ["type"] = "array", ["items"] = Type(depth - 1) },
        11 => new JsonObject { ["type"] = "map", ["values"] = Type(depth - 1) },
        12 or 13 => new JsonArray("null", random.Next(2) == 0 ? "string" : Record(depth - 1)),
        _ => Record(depth - 1),
    };

    private JsonNode? Plain(string type, AvroBytes into)
    {
        switch (type)
        {
            case "null":
                return null;
            case "boolean":
                var flag = random.Next(2) == 0;
                into.Boolean(flag);
                return flag;
            case "int" or "long":
                var number = type == "int" ? random.Next(int.MinValue, int.MaxValue) >> random.Next(31) : random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(63);
                into.Long(number);
                return number;
            case "float":
                var single = (float)random.Next(-1000, 1000) / 8;
                into.Float(single);
                return single;
            case "double":
                var real = random.NextDouble() * 1e6;
                into.Double(real);
                return real;
            case "bytes":
                var content = Bytes(random.Next(8));
                into.Bytes(content);
                return Convert.ToBase64String(content);
            default:
                var text = Text();
                into.Text(text);
                return text;
        }
    }

    // A list can be in one block or several, and blocks can tell their bytes.
    private JsonArray Items(JsonNode type, AvroBytes into)
    {
        var items = new JsonArray();
        for (var blocks = random.Next(3); blocks > 0; blocks--)
        {
            var (count, block) = (random.Next(1, 4), new AvroBytes());
            for (var i = 0; i < count; i++) items.Add(Write(type, block));
            Append(into, count, block);
        }
        into.Long(0);
        return items;
    }

    private JsonObject Map(JsonNode type, AvroBytes into)
    {
        var entries = new JsonObject();
        for (var blocks = random.Next(3); blocks > 0; blocks--)
        {
            var (count, block) = (random.Next(1, 4), new AvroBytes());
            for (var i = 0; i < count; i++)
            {
                var key = $"{entries.Count}{Text()}";
                block.Text(key);
                entries[key] = Write(type, block);
            }
            Append(into, count, block);
        }
        into.Long(0);
        return entries;
    }

    private void Append(AvroBytes into, int count, AvroBytes block)
    {
        var bytes = block.ToArray();
        if (random.Next(2) == 0) into.Long(count).Raw(bytes);
        else into.Long(-count).Bytes(bytes);
    }

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private string Text()
    {
        string[] pieces = ["a", "B7", "grün", "\"", "\\", "\n", "\u0001", "\U0001F600", "long enough to be copied as a whole vector of bytes", ""];
        return string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => pieces[random.Next(pieces.Length)]));
    }

    /// <summary>JSON as the product writes it: no space, no escape that need not be.</summary>
    public static string Text(JsonNode? value) => JsonSerializer.Serialize(value, Relaxed);

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
