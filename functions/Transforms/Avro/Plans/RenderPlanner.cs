using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Transforms.Avro.Reading;
using Pipeline.Transforms.Avro.Schemas;

namespace Pipeline.Transforms.Avro.Plans;

/// <summary>Makes the steps that write a value as JSON; one for each pair of records, so that types that hold themselves end.</summary>
internal sealed class RenderPlanner(Constants constants, SkipPlanner skips)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<(AvroType, AvroType, string), RenderRecord> records = [];

    /// <summary>The step for a value.</summary>
    /// <param name="path">What a fault calls it.</param>
    /// <param name="without">A field of the record that is left out; null for none.</param>
    public AvroNode For(AvroType writer, AvroType reader, string path, string? without = null)
    {
        if (writer.Kind == AvroKind.Union)
            return new UnionNode { Branches = [.. writer.Branches.Select(branch => For(branch, reader, path, without))] };
        if (Resolution.ReaderOf(writer, reader) is not { } type) return new MismatchNode(path, skips.For(writer));
        return writer.Kind switch
        {
            AvroKind.Null => new RenderNull(),
            AvroKind.Boolean => new RenderBoolean(),
            AvroKind.Int or AvroKind.Long => new RenderWhole(type.Kind is AvroKind.Int or AvroKind.Long ? type.Logical : AvroLogical.None),
            AvroKind.Float or AvroKind.Double => new RenderReal(writer.Kind == AvroKind.Float),
            AvroKind.String => new RenderText(path),
            AvroKind.Bytes when type.Kind == AvroKind.String => new RenderText(path),
            AvroKind.Bytes => new RenderBytes(path, -1, type.Logical, type.Scale),
            AvroKind.Fixed => new RenderBytes(path, writer.Size, type.Logical, type.Scale),
            AvroKind.Enum => new RenderEnum(path, constants.Symbols(writer, type)),
            AvroKind.Record => Record(writer, type, path, without),
            _ => List(writer, type, path),
        };
    }

    private RenderList List(AvroType writer, AvroType reader, string path) => new(path, writer.Kind == AvroKind.Map)
    {
        Items = For(writer.Items!, reader.Items!, path), AreEmpty = writer.Kind == AvroKind.Array && writer.Items!.IsEmpty,
    };

    private RenderRecord Record(AvroType writer, AvroType reader, string path, string? without)
    {
        if (records.TryGetValue((writer, reader, without ?? ""), out var known)) return known;
        var record = new RenderRecord(path);
        records.Add((writer, reader, without ?? ""), record);
        var fields = new List<(byte[]?, AvroNode)>();
        foreach (var (field, asked) in Resolution.Fields(writer, reader))
        {
            if (asked is null || asked.Name == without) fields.Add((null, skips.For(field.Type)));
            else fields.Add((Key(asked.Name), For(field.Type, asked.Type, path)));
        }
        foreach (var field in Resolution.Missing(writer, reader))
            if (field.Name != without && field.Default is { } value
                && constants.Default(field.Type, value) is var (start, length))
                fields.Add((Key(field.Name), new DefaultNode(start, length, For(field.Type, field.Type, path))));
        record.Fields = [.. fields];
        return record;
    }

    private static byte[] Key(string name) => [.. JsonSerializer.SerializeToUtf8Bytes(name, Relaxed), (byte)':'];
}
