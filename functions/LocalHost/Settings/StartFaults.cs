namespace Pipeline.LocalHost.Settings;

/// <summary>What keeps the app from starting; collected so that all of it is told at once.</summary>
internal sealed class StartFaults
{
    private readonly List<string> faults = [];

    /// <summary>Adds one: a sentence that says where, what and what to do.</summary>
    public void Add(string fault) => faults.Add(fault);

    /// <exception cref="InvalidOperationException">There is at least one fault.</exception>
    public void ThrowIfAny()
    {
        if (faults.Count == 0) return;
        var count = faults.Count == 1 ? "1 fault" : $"{faults.Count} faults";
        throw new InvalidOperationException($"The app cannot start, {count}:\n- {string.Join("\n- ", faults)}");
    }
}
