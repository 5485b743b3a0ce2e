namespace Pipeline.Sandbox.Apis.Calls;

/// <summary>A change of the answers' structure that was switched on.</summary>
/// <param name="Change">One of the platform's names: <c>GET /sandbox/structure</c> lists them.</param>
/// <param name="From">First day whose rows, or whose pages, have the new structure; null from the beginning.</param>
/// <param name="To">Last such day; null without an end.</param>
/// <param name="On">False switches it off again.</param>
internal sealed record StructureChange(string Platform, string Change, DateOnly? From = null, DateOnly? To = null, bool On = true);

/// <summary>The changes that are on.</summary>
internal sealed class Structures
{
    private readonly Lock gate = new();
    private readonly List<StructureChange> changes = [];

    /// <summary>All that are on.</summary>
    public IReadOnlyList<StructureChange> All
    {
        get { lock (gate) return [.. changes]; }
    }

    /// <summary>Switches a change on or off.</summary>
    public void Set(StructureChange change)
    {
        lock (gate)
        {
            changes.RemoveAll(other => other.Platform == change.Platform && other.Change == change.Change);
            if (change.On) changes.Add(change);
        }
    }

    /// <summary>Whether the change touches one of these days, both ends included.</summary>
    public bool Touches(string platform, string change, DateOnly from, DateOnly to)
    {
        lock (gate)
        {
            return changes.Exists(one => one.Platform == platform && one.Change == change
                && (one.From is null || one.From <= to) && (one.To is null || one.To >= from));
        }
    }

    /// <summary>Everything as documented.</summary>
    public void Clear()
    {
        lock (gate) changes.Clear();
    }
}
