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
        var read = Resolution.Fields(writer, reader).Select(field => (field.Writer, Reader: field.Reader?.Name == without ? null : field.Reader)).ToList();
        var more = Resolution.Missing(writer, reader).Where(field => field.Name != without)
            .Select(field => (Field: field, Place: field.Default is { } value ? constants.Default(field.Type, value) : null))
            .Where(each => each.Place is not null).ToList();
        var record = new RenderRecord(path, more.Count != 0 || read.Exists(field => field.Reader is not null));
        records.Add((writer, reader, without ?? ""), record);
        var keys = 0;
        record.Fields =
        [
            .. read.Select(field => field.Reader is { } asked
                ? (Key(asked.Name, keys++), For(field.Writer.Type, asked.Type, path))
                : ((byte[]?)null, skips.For(field.Writer.Type))),
            .. more.Select(each => ((byte[]?)Key(each.Field.Name, keys++),
                (AvroNode)new DefaultNode(each.Place!.Value.Start, each.Place.Value.Length, For(each.Field.Type, each.Field.Type, path)))),
        ];
        return record;
    }

    // The first opens the object, the others go on with it.
    private static byte[] Key(string name, int before) =>
        [before == 0 ? (byte)'{' : (byte)',', .. JsonSerializer.SerializeToUtf8Bytes(name, Relaxed), (byte)':'];
}
