using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.Calls;

/// <summary>A fault that was switched on. Which calls it hits follows from the calls alone, so a run can be repeated.</summary>
/// <param name="Fault">One of the platform's names: <c>GET /sandbox/faults</c> lists them.</param>
/// <param name="Next">Hits so many calls, then it is spent; null without an end.</param>
/// <param name="Probability">0 to 1, drawn for each call anew; 1 when absent.</param>
/// <param name="Seed">Other draws.</param>
/// <param name="After">Spares so many calls first.</param>
/// <param name="Account">Only calls of this account.</param>
/// <param name="Endpoint">Only calls of this endpoint, as the counters name it.</param>
/// <param name="RowsAbove">Only calls whose whole answer has more rows: too much data until the caller asks for less.</param>
/// <param name="WaitSeconds">
/// How long a throttled account stays closed, how slow a slow answer is; 1 when absent. CleverTap tells a time only where this is given.
/// </param>
internal sealed record FaultRule(
    string Platform,
    string Fault,
    int? Next = null,
    double Probability = 1,
    int Seed = 0,
    int After = 0,
    string? Account = null,
    string? Endpoint = null,
    int? RowsAbove = null,
    double? WaitSeconds = null)
{
    private int spared;
    private int hits;

    /// <summary>How often it hit.</summary>
    public int Hits => hits;

    /// <summary>Its waiting time.</summary>
    public TimeSpan Wait => TimeSpan.FromSeconds(WaitSeconds ?? 1);

    /// <summary>Says whether this call is hit, and counts it.</summary>
    /// <param name="visit">How often the same question was asked before: it draws anew each time.</param>
    public bool Hit(ApiCall call, int visit)
    {
        if (call.Platform != Platform || (Account ?? call.Account) != call.Account || (Endpoint ?? call.Endpoint) != call.Endpoint) return false;
        if (call.Rows <= (RowsAbove ?? -1) || hits >= Next) return false;
        if (spared < After)
        {
            spared++;
            return false;
        }

        if (Probability < 1 && new Dice($"{Seed}/{call.Key}/{visit}").Part() >= Probability) return false;
        hits++;
        return true;
    }
}
