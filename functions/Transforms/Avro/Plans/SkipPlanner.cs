using Pipeline.Transforms.Avro.Reading;
using Pipeline.Transforms.Avro.Schemas;

namespace Pipeline.Transforms.Avro.Plans;

/// <summary>Makes the steps that pass over values nobody reads; one for each named type, however often it is used.</summary>
internal sealed class SkipPlanner
{
    private readonly Dictionary<AvroType, AvroNode> named = new(ReferenceEqualityComparer.Instance);

    /// <summary>The step for a type.</summary>
    public AvroNode For(AvroType type) => type.Kind switch
    {
        AvroKind.Null => new SkipBytes(0),
        AvroKind.Boolean => new SkipBytes(1),
        AvroKind.Int or AvroKind.Long or AvroKind.Enum => new SkipLong(),
        AvroKind.Float => new SkipBytes(sizeof(float)),
        AvroKind.Double => new SkipBytes(sizeof(double)),
        AvroKind.Fixed => new SkipBytes(type.Size),
        AvroKind.Bytes or AvroKind.String => new SkipText(),
        AvroKind.Array => new SkipList(hasKeys: false) { Items = For(type.Items!), AreEmpty = type.Items!.IsEmpty },
        AvroKind.Map => new SkipList(hasKeys: true) { Items = For(type.Items!) },
        AvroKind.Union => new UnionNode { Branches = [.. type.Branches.Select(For)] },
        _ => Record(type),
    };

    private AvroNode Record(AvroType type)
    {
        if (named.TryGetValue(type, out var known)) return known;
        var record = new SkipRecord();
        named.Add(type, record);
        record.Fields = Joined(type.Fields.Select(field => For(field.Type)));
        return record;
    }

    /// <summary>Steps over fixed numbers of bytes that follow each other become one.</summary>
    public static AvroNode[] Joined(IEnumerable<AvroNode> steps)
    {
        var joined = new List<AvroNode>();
        foreach (var step in steps)
        {
            if (step is SkipBytes next && joined is [.., SkipBytes last] && (long)last.Count + next.Count <= int.MaxValue)
                joined[^1] = new SkipBytes(last.Count + next.Count);
            else if (step is not SkipBytes { Count: 0 }) joined.Add(step);
        }
        return [.. joined];
    }
}
