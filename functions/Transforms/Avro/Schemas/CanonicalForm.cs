using System.Text;

namespace Pipeline.Transforms.Avro.Schemas;

/// <summary>A schema's text without what readers can do without, and the number that is made of it.</summary>
/// <remarks>https://avro.apache.org/docs/1.12.0/specification/#parsing-canonical-form-for-schemas</remarks>
internal static class CanonicalForm
{
    private const ulong Empty = 0xC15D213AA4D7A795;

    private static readonly ulong[] Table = MakeTable();

    /// <summary>The Parsing Canonical Form.</summary>
    public static string Of(AvroType type)
    {
        var text = new StringBuilder();
        Write(type, text, []);
        return text.ToString();
    }

    /// <summary>CRC-64-AVRO (a Rabin fingerprint) of the canonical form, as a message carries it in little-endian order.</summary>
    public static ulong Fingerprint(AvroType type)
    {
        var fingerprint = Empty;
        foreach (var value in Encoding.UTF8.GetBytes(Of(type)))
            fingerprint = fingerprint >> 8 ^ Table[(byte)fingerprint ^ value];
        return fingerprint;
    }

    private static void Write(AvroType type, StringBuilder text, HashSet<AvroType> declared)
    {
        if (type.IsNamed && !declared.Add(type)) text.Append('"').Append(type.Name).Append('"');
        else if (type.Kind == AvroKind.Union) WriteList(text, type.Branches, branch => Write(branch, text, declared));
        else if (type.Kind is AvroKind.Array or AvroKind.Map)
        {
            text.Append(type.Kind == AvroKind.Array ? """{"type":"array","items":""" : """{"type":"map","values":""");
            Write(type.Items!, text, declared);
            text.Append('}');
        }
        else if (type.IsNamed) WriteNamed(type, text, declared);
        else text.Append('"').Append(type.Name).Append('"');
    }

    private static void WriteNamed(AvroType type, StringBuilder text, HashSet<AvroType> declared)
    {
        text.Append("""{"name":""").Append('"').Append(type.Name).Append("\",\"type\":\"")
            .Append(type.Kind.ToString().ToLowerInvariant()).Append("\",");
        if (type.Kind == AvroKind.Fixed) text.Append("\"size\":").Append(type.Size);
        else if (type.Kind == AvroKind.Enum)
        {
            text.Append("\"symbols\":");
            WriteList(text, type.Symbols, symbol => text.Append('"').Append(symbol).Append('"'));
        }
        else
        {
            text.Append("\"fields\":");
            WriteList(text, type.Fields, field =>
            {
                text.Append("{\"name\":\"").Append(field.Name).Append("\",\"type\":");
                Write(field.Type, text, declared);
                text.Append('}');
            });
        }
        text.Append('}');
    }

    private static void WriteList<T>(StringBuilder text, IReadOnlyList<T> items, Action<T> write)
    {
        text.Append('[');
        for (var i = 0; i < items.Count; i++)
        {
            if (i != 0) text.Append(',');
            write(items[i]);
        }
        text.Append(']');
    }

    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        for (var i = 0; i < table.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++) value = value >> 1 ^ (Empty & (0 - (value & 1)));
            table[i] = value;
        }
        return table;
    }
}
