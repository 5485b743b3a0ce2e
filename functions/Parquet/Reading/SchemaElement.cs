namespace Pipeline.Parquet.Reading;

/// <summary>A node of a file's schema (parquet.thrift, <c>SchemaElement</c>).</summary>
/// <param name="Type">Null for a group.</param>
/// <param name="Width">Bytes of a value of fixed length; 0 when not said.</param>
/// <param name="Children">0 for a leaf.</param>
internal sealed record SchemaElement(
    string Name, StoredType? Type, int Width, Repetition Repetition, int Children, Annotation Annotation)
{
    public static SchemaElement Read(ref ThriftCompactReader thrift)
    {
        string? name = null;
        StoredType? type = null;
        var (width, repetition, children, scale, precision) = (0, 0, 0, 0, 0);
        int? converted = null;
        Annotation? logical = null;
        var outer = thrift.BeginStruct();
        while (thrift.NextField(out var field, out var code))
        {
            switch (field)
            {
                case 1: type = (StoredType)thrift.Int32(code); break;
                case 2: width = thrift.Int32(code); break;
                case 3: repetition = thrift.Int32(code); break;
                case 4: name = thrift.Text(code); break;
                case 5: children = thrift.Int32(code); break;
                case 6: converted = thrift.Int32(code); break;
                case 7: scale = thrift.Int32(code); break;
                case 8: precision = thrift.Int32(code); break;
                case 10: logical = Annotation.ReadLogical(ref thrift, code); break;
                default: thrift.Skip(code); break;
            }
        }

        thrift.EndStruct(outer);
        if (name is null) throw Damage.Is("a node of the schema has no name.");
        if (type is { } known && !Enum.IsDefined(known))
            throw Damage.Is($"'{name}' is of physical type {(int)known}, which does not exist.");
        if (!Enum.IsDefined((Repetition)repetition)) throw Damage.Is($"'{name}' has the repetition {repetition}, which does not exist.");
        if (children < 0) throw Damage.Is($"'{name}' has {children} children.");
        return new(name, type, width, (Repetition)repetition, children, logical ?? Annotation.OfConverted(converted, precision, scale));
    }
}

/// <summary>How often a value occurs (parquet.thrift, <c>FieldRepetitionType</c>).</summary>
internal enum Repetition
{
    Required = 0,
    Optional = 1,
    Repeated = 2,
}
