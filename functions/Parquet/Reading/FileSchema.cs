namespace Pipeline.Parquet.Reading;

/// <summary>A column this reader can read.</summary>
/// <param name="Index">Its number among the file's leaves.</param>
/// <param name="NewValues">Makes what turns its pages into rows.</param>
internal sealed record ReadableColumn(ParquetField Field, StoredType Type, int Index, Func<ChunkValues> NewValues);

/// <summary>A column this reader cannot read; the others of its file can be.</summary>
/// <param name="Why">A sentence without the column's name: what it is and what to do.</param>
public sealed record RefusedColumn(string Name, string Why);

/// <summary>A file's columns: the leaves of its schema that stand directly below the root.</summary>
internal sealed class FileSchema
{
    private readonly List<ReadableColumn> readable = [];
    private readonly List<RefusedColumn> refused = [];

    /// <exception cref="InvalidDataException">The nodes are not a tree, or two columns have one name.</exception>
    public FileSchema(IReadOnlyList<SchemaElement> nodes)
    {
        if (nodes.Count == 0) throw Damage.Is("the schema is empty.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var at = 1;
        for (var left = nodes[0].Children; left > 0; left--)
        {
            if (at >= nodes.Count) throw Damage.Is("the schema has fewer nodes than it says.");
            var node = nodes[at];
            if (!names.Add(node.Name)) throw Damage.Is($"two columns are named '{node.Name}'.");
            var firstLeaf = Leaves;
            PassNode(nodes, ref at);
            if (ColumnTypes.Find(node, out var type) is { } newValues)
                readable.Add(new(new(node.Name, type, node.Repetition == Repetition.Optional), node.Type!.Value, firstLeaf, newValues));
            else refused.Add(new(node.Name, ColumnTypes.WhyRefused(node)));
        }

        if (at < nodes.Count) throw Damage.Is($"{nodes.Count - at} nodes of the schema belong to no column.");
    }

    public IReadOnlyList<ReadableColumn> Readable => readable;

    public IReadOnlyList<RefusedColumn> Refused => refused;

    /// <summary>Leaves in all: column chunks of a row group.</summary>
    public int Leaves { get; private set; }

    // Nodes are in depth-first order; a loop, as a damaged file may nest them as deeply as it likes.
    private void PassNode(IReadOnlyList<SchemaElement> nodes, ref int at)
    {
        for (var pending = 1L; pending > 0; pending--)
        {
            if (at >= nodes.Count) throw Damage.Is("the schema has fewer nodes than it says.");
            var node = nodes[at++];
            pending += node.Children;
            if (node.Children == 0 && node.Type is not null) Leaves++;
        }
    }
}
