using System.Collections.Concurrent;

namespace Pipeline.Sandbox.Apis.World;

/// <summary>How often each day of each account was restated: figures change and one row is lost each time.</summary>
internal sealed class Restatements
{
    private readonly ConcurrentDictionary<(string Platform, string Account, DateOnly Day), int> days = new();

    /// <summary>0 for a day that was not restated.</summary>
    public int Of(string platform, string account, DateOnly day) => days.GetValueOrDefault((platform, account, day));

    /// <summary>Restates a day once more.</summary>
    /// <returns>How often it is restated now.</returns>
    public int Restate(string platform, string account, DateOnly day) => days.AddOrUpdate((platform, account, day), 1, (_, times) => times + 1);

    /// <summary>All days as at the start.</summary>
    public void Clear() => days.Clear();
}
