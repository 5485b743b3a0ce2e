using Pipeline.Domain.Datasets;

namespace Pipeline.Transforms.Avro.Plans;

/// <summary>One name on a path of the contract: the record, a part of it on the way, or a value that a column reads.</summary>
internal sealed class WantedPath(string path)
{
    private Dictionary<string, WantedPath> children = new(StringComparer.Ordinal);

    /// <summary>Dotted path; empty for the record itself.</summary>
    public string Path => path;

    /// <summary>Where its value is noted; -1 for one that is only on the way.</summary>
    public int Slot { get; private set; } = -1;

    /// <summary>The type of the column that reads it.</summary>
    public ColumnKind Kind { get; private set; }

    /// <summary>Its value is wanted as JSON.</summary>
    public bool IsJson { get; private set; }

    /// <summary>The list whose items become rows.</summary>
    public bool AreRows { get; private set; }

    /// <summary>Others are below it.</summary>
    public bool IsParent => children.Count != 0;

    /// <summary>The paths below it, by their first name.</summary>
    public IReadOnlyDictionary<string, WantedPath> Children => children;

    /// <summary>Where it and all below it are noted.</summary>
    public int[] Slots => Slot < 0 ? SlotsBelow : [Slot, .. SlotsBelow];

    /// <summary>Where all below it are noted.</summary>
    public int[] SlotsBelow => [.. children.Values.SelectMany(child => child.Slots)];

    /// <summary>The part below it of a name; null when no column reads it.</summary>
    public WantedPath? Find(string name) => children.GetValueOrDefault(name);

    /// <summary>One item of the list, where this is the list that rows are made of.</summary>
    public WantedPath Item() => new(path) { children = children, Slot = Slot, Kind = Kind, IsJson = IsJson };

    /// <summary>Adds a path that a column reads.</summary>
    public void Add(string dotted, int slot, ColumnKind kind, bool isJson)
    {
        var node = dotted == AvroColumns.WholeRecord ? this : Make(dotted);
        (node.Slot, node.Kind, node.IsJson) = (slot, kind, isJson);
    }

    /// <summary>Says which list rows are made of.</summary>
    public void AddRows(string name) => Make(name).AreRows = true;

    private WantedPath Make(string dotted)
    {
        var node = this;
        foreach (var name in dotted.Split('.'))
        {
            if (!node.children.TryGetValue(name, out var child))
                node.children.Add(name, child = new(node.Path.Length == 0 ? name : $"{node.Path}.{name}"));
            node = child;
        }
        return node;
    }
}
