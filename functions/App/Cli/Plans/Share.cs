namespace Pipeline.App.Cli.Plans;

/// <summary>How much of what was done lately would be done: this many of those.</summary>
internal readonly record struct Share(long Planned, long Past)
{
    /// <summary>Whether there was something to go by.</summary>
    public bool IsKnown => Past > 0;

    /// <summary>So much of a past count, rounded up; a share of one half of six is three, and not a rounding error more.</summary>
    public long Of(long count) => (long)decimal.Ceiling((decimal)count * Planned / Past);

    /// <summary>So much of a past quantity.</summary>
    public double Of(double quantity) => quantity * Planned / Past;
}
