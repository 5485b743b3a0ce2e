namespace Pipeline.Sandbox.Apis.Calls;

/// <summary>The faults that are switched on; the first that hits a call is answered.</summary>
internal sealed class FaultPlan
{
    private readonly Lock gate = new();
    private readonly List<FaultRule> rules = [];

    /// <summary>All rules, spent ones too.</summary>
    public IReadOnlyList<FaultRule> Rules
    {
        get { lock (gate) return [.. rules]; }
    }

    /// <summary>Switches one more on.</summary>
    public void Add(FaultRule rule)
    {
        lock (gate) rules.Add(rule);
    }

    /// <summary>The rule that hits the call, or null.</summary>
    public FaultRule? Pick(ApiCall call, int visit)
    {
        lock (gate) return rules.Find(rule => rule.Hit(call, visit));
    }

    /// <summary>No faults any more.</summary>
    public void Clear()
    {
        lock (gate) rules.Clear();
    }
}
