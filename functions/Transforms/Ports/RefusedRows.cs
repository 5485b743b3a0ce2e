namespace Pipeline.Transforms.Ports;

/// <summary>Rows a table refused in earlier rounds of a publication, by where they came from.</summary>
public sealed class RefusedRows
{
    private readonly Dictionary<string, Dictionary<long, string>> byShard = new(StringComparer.Ordinal);

    /// <summary>Rows in it.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <returns>False when it is there already.</returns>
    public bool Add(RefusedRow row)
    {
        if (!byShard.TryGetValue(row.Shard, out var positions)) byShard.Add(row.Shard, positions = []);
        if (!positions.TryAdd(row.Position, row.Reason)) return false;
        Count++;
        return true;
    }

    /// <summary>A shard's refused positions and why; null when there are none.</summary>
    public IReadOnlyDictionary<long, string>? Of(string shard) => byShard.GetValueOrDefault(shard);
}
