using Pipeline.Transforms.Avro.Schemas;

namespace Pipeline.Transforms.Avro.Plans;

/// <summary>Which of the reader's types stands for one of the writer's.</summary>
/// <remarks>https://avro.apache.org/docs/1.12.0/specification/#schema-resolution</remarks>
internal static class Resolution
{
    /// <summary>The reader's type for a value of the writer's: itself, or of a union the first branch that matches.</summary>
    /// <returns>Null when there is none.</returns>
    public static AvroType? ReaderOf(AvroType writer, AvroType reader)
    {
        if (reader.Kind != AvroKind.Union) return Match(writer, reader) ? reader : null;
        return reader.Branches.FirstOrDefault(branch => ReferenceEquals(branch, writer))
            ?? reader.Branches.FirstOrDefault(branch => branch.Name == writer.Name && Match(writer, branch))
            ?? reader.Branches.FirstOrDefault(branch => branch.Kind == writer.Kind && Match(writer, branch))
            ?? reader.Branches.FirstOrDefault(branch => Match(writer, branch));
    }

    /// <summary>The writer's fields in their order, each with the reader's that is read from it, by its name or by one it had before.</summary>
    public static IReadOnlyList<(AvroField Writer, AvroField? Reader)> Fields(AvroType writer, AvroType reader)
    {
        if (ReferenceEquals(writer, reader)) return [.. writer.Fields.Select(field => (field, (AvroField?)field))];
        var found = reader.Fields.Select(field => (Field: field, At: IndexOf(writer, field))).Where(each => each.At >= 0)
            .GroupBy(each => each.At).ToDictionary(same => same.Key, same => same.First().Field);
        return [.. writer.Fields.Select((field, i) => (field, found.GetValueOrDefault(i)))];
    }

    /// <summary>The reader's fields that the writer does not have.</summary>
    public static IEnumerable<AvroField> Missing(AvroType writer, AvroType reader) =>
        ReferenceEquals(writer, reader) ? [] : reader.Fields.Where(field => IndexOf(writer, field) < 0);

    private static int IndexOf(AvroType writer, AvroField reader)
    {
        var byAlias = -1;
        for (var i = 0; i < writer.Fields.Count; i++)
        {
            if (writer.Fields[i].Name == reader.Name) return i;
            if (byAlias < 0 && reader.Aliases.Contains(writer.Fields[i].Name)) byAlias = i;
        }
        return byAlias;
    }

    private static bool Match(AvroType writer, AvroType reader) => writer.Kind switch
    {
        AvroKind.Union => true,                       // decided by the branch that stands there
        AvroKind.Record or AvroKind.Enum => reader.Kind == writer.Kind && SameName(writer, reader),
        AvroKind.Fixed => reader.Kind == AvroKind.Fixed && reader.Size == writer.Size && SameName(writer, reader)
            && (writer.Logical != AvroLogical.Decimal || reader.Logical != AvroLogical.Decimal || writer.Scale == reader.Scale),
        AvroKind.Int => reader.Kind is AvroKind.Int or AvroKind.Long or AvroKind.Float or AvroKind.Double,
        AvroKind.Long => reader.Kind is AvroKind.Long or AvroKind.Float or AvroKind.Double,
        AvroKind.Float => reader.Kind is AvroKind.Float or AvroKind.Double,
        AvroKind.Bytes => reader.Kind is AvroKind.Bytes or AvroKind.String
            && (writer.Logical != AvroLogical.Decimal || reader.Logical != AvroLogical.Decimal || writer.Scale == reader.Scale),
        AvroKind.String => reader.Kind is AvroKind.String or AvroKind.Bytes,
        var kind => reader.Kind == kind,
    };

    private static bool SameName(AvroType writer, AvroType reader) =>
        writer.ShortName == reader.ShortName || reader.Aliases.Contains(writer.Name)
        || reader.Aliases.Any(alias => alias[(alias.LastIndexOf('.') + 1)..] == writer.ShortName);
}
