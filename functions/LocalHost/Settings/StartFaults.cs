using Microsoft.Extensions.Options;

namespace Pipeline.LocalHost.Settings;

/// <summary>What keeps the app from starting; collected so that all of it is told at once.</summary>
internal sealed class StartFaults
{
    private readonly List<string> faults = [];

    /// <summary>Adds one: a sentence that says where, what and what to do.</summary>
    public void Add(string fault) => faults.Add(fault);

    /// <exception cref="StartFaultException">There is at least one fault.</exception>
    public void ThrowIfAny()
    {
        if (faults.Count > 0) throw new StartFaultException(faults);
    }
}

/// <summary>Settings or functions with which the app cannot start.</summary>
internal sealed class StartFaultException(IReadOnlyList<string> faults) : OptionsValidationException("", typeof(LocalHostSettings), faults)
{
    /// <summary>All faults, a line each.</summary>
    public override string Message =>
        $"The app cannot start, {(faults.Count == 1 ? "1 fault" : $"{faults.Count} faults")}:\n- {string.Join("\n- ", faults)}";
}
