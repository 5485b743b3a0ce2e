using Pipeline.Transforms.Avro.Schemas;

namespace Pipeline.Transforms.Avro;

/// <summary>What a contract's schema holds, as far as the contract must know it.</summary>
public sealed class AvroOutline
{
    private readonly AvroType record;

    private AvroOutline(AvroType record, string text) => (this.record, Text) = (record, text);

    /// <summary>The schema's JSON.</summary>
    public string Text { get; }

    /// <summary>Fields of the record that are lists.</summary>
    public IEnumerable<string> Lists => record.Fields.Where(each => ListOf(each.Type) is not null).Select(each => each.Name);

    /// <summary>Reads a schema, which must be a record's.</summary>
    /// <param name="faults">Everything that is wrong, each in a part of a sentence.</param>
    /// <returns>Null when something is wrong.</returns>
    public static AvroOutline? Read(string text, out IReadOnlyList<string> faults)
    {
        var found = new List<string>();
        faults = found;
        var type = AvroSchemaReader.Read(text, found, strict: true);
        if (type is not null && type.Kind != AvroKind.Record) found.Add($"it is of type {type.Name}, and rows are made of records");
        return found.Count == 0 ? new(type!, text) : null;
    }

    /// <summary>Whether a field of the record is a list.</summary>
    public bool IsList(string name) => Lists.Contains(name);

    /// <summary>Whether records can have something at a dotted path.</summary>
    /// <param name="rowsOf">The list of which paths that begin with it read an item; null for none.</param>
    public bool Has(string path, string? rowsOf)
    {
        IEnumerable<AvroType> types = [record];
        var names = path.Split('.');
        for (var i = 0; i < names.Length; i++)
        {
            types = [.. types.SelectMany(type => Below(type, names[i]))];
            if (i == 0 && names[0] == rowsOf) types = [.. types.Select(ListOf).OfType<AvroType>()];
        }
        return types.Any();
    }

    private static IEnumerable<AvroType> Below(AvroType type, string name) => type.Kind switch
    {
        AvroKind.Record => type.Fields.Where(field => field.Name == name).Select(field => field.Type),
        AvroKind.Map => [type.Items!],
        AvroKind.Union => type.Branches.SelectMany(branch => Below(branch, name)),
        _ => [],
    };

    private static AvroType? ListOf(AvroType type) => type.Kind switch
    {
        AvroKind.Array => type.Items,
        AvroKind.Union => type.Branches.Select(ListOf).FirstOrDefault(items => items is not null),
        _ => null,
    };
}
