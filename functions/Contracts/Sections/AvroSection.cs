using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Avro;

namespace Pipeline.Contracts.Sections;

/// <summary>How a source's Avro is read: <c>avro: { schema: bid_requests.avsc, encoding: bare, rows_of: imp }</c>.</summary>
internal static class AvroSection
{
    private static readonly Words Keys = new("key", "schema", "encoding", "rows_of");

    private static readonly Words Encodings = new("encoding", "bare");

    /// <summary>The spec; null for other formats.</summary>
    public static AvroSpec? Read(Section source, SourceKind? kind, string? format)
    {
        var faults = source.Faults;
        if (format != "avro")
        {
            if (source.Has("avro") && format is not null)
                faults.Add(source.At("avro"), $"{source.Subject} has 'avro' and format {format}", "remove avro");
            return null;
        }
        if (Section.Open(source.Find("avro"), $"'avro' of {source.Subject}", Keys, faults) is not { } section) return new(null);
        var schema = Schema(section);
        var isBare = section.Word("encoding", Encodings) is not null;
        if (isBare && !section.Has("schema"))
            faults.Add(section.At("encoding"), $"{source.Subject} has bare records and no schema", "add schema: and the file with their schema");
        if (isBare && kind == SourceKind.Files)
            faults.Add(section.At("encoding"), $"{source.Subject} reads files, which name their schema themselves", "remove encoding");
        return new(schema?.Text, isBare, RowsOf(section, schema));
    }

    private static AvroOutline? Schema(Section section)
    {
        if (section.Text("schema") is not { } name || SchemaFile.Read(name, section.Faults) is not { } text) return null;
        var schema = AvroOutline.Read(text, out var found);
        foreach (var fault in found)
            section.Faults.Add(name, $"the schema {FaultList.Quote(name.Value)} is wrong: {fault}", "correct the schema");
        return schema;
    }

    private static string? RowsOf(Section section, AvroOutline? schema)
    {
        if (section.Text("rows_of") is not { } list) return null;
        if (list.Value.Length == 0 || list.Value.Contains('.') || list.Value.Contains('['))
            section.Faults.Add(list, $"'rows_of' of {section.Subject} is {FaultList.Quote(list.Value)}", "write the name of one field of the record");
        else if (schema is not null && !schema.IsList(list.Value))
            section.Faults.Add(list, $"'rows_of' of {section.Subject} is {FaultList.Quote(list.Value)}, which is no list of the schema's record",
                new Words("list", [.. schema.Lists]).InsteadOf(list.Value));
        return list.Value;
    }
}
