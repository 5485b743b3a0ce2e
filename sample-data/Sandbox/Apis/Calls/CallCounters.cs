namespace Pipeline.Sandbox.Apis.Calls;

/// <summary>How often one question was asked.</summary>
/// <param name="Answered">How often the whole, true answer went out.</param>
internal sealed record QuestionCount(string Platform, string Account, string Endpoint, string Slice, int Page, int Calls, int Answered);

/// <summary>What one platform saw.</summary>
/// <param name="Operations">What the provider's quota counts.</param>
/// <param name="Faults">Faults answered, by name.</param>
/// <param name="Limits">
/// How often a limit of the provider was exceeded: <c>over_concurrency</c>, <c>called_while_throttled</c>, <c>called_with_dead_token</c>.
/// </param>
internal sealed record PlatformCount(int Calls, int Operations, IReadOnlyDictionary<string, int> Faults, IReadOnlyDictionary<string, int> Limits);

/// <summary>Counts what callers do, for tests to judge.</summary>
internal sealed class CallCounters
{
    private readonly Lock gate = new();
    private readonly Dictionary<(string Platform, (string, string, string, int) Key), QuestionCount> questions = [];
    private readonly Dictionary<string, Tally> platforms = [];

    /// <summary>One call.</summary>
    /// <returns>How often the same question was asked before.</returns>
    public int Called(ApiCall call)
    {
        lock (gate)
        {
            var tally = Of(call.Platform);
            tally.Calls++;
            tally.Operations += call.Operations;
            var count = questions.GetValueOrDefault(
                (call.Platform, call.Key), new(call.Platform, call.Account, call.Endpoint, call.Slice, call.Page, 0, 0));
            questions[(call.Platform, call.Key)] = count with { Calls = count.Calls + 1 };
            return count.Calls;
        }
    }

    /// <summary>An operation that no call stands for.</summary>
    public void Billed(string platform)
    {
        lock (gate) Of(platform).Operations++;
    }

    /// <summary>The whole, true answer goes out.</summary>
    public void Answered(ApiCall call)
    {
        lock (gate)
        {
            if (questions.TryGetValue((call.Platform, call.Key), out var count))
                questions[(call.Platform, call.Key)] = count with { Answered = count.Answered + 1 };
        }
    }

    /// <summary>A fault is answered.</summary>
    public void Fault(string platform, string fault)
    {
        lock (gate)
        {
            var faults = Of(platform).Faults;
            faults[fault] = faults.GetValueOrDefault(fault) + 1;
        }
    }

    /// <summary>A caller exceeded a limit.</summary>
    public void Exceeded(string platform, string limit)
    {
        lock (gate) Of(platform).Limits[limit]++;
    }

    /// <summary>All platforms by name.</summary>
    public IReadOnlyDictionary<string, PlatformCount> Platforms()
    {
        lock (gate)
        {
            return Apis.Platforms.All.ToDictionary(name => name, name => Of(name).ToCount());
        }
    }

    /// <summary>All questions, in the order of their first call.</summary>
    public IReadOnlyList<QuestionCount> Questions()
    {
        lock (gate) return [.. questions.Values];
    }

    /// <summary>Counts from 0 again.</summary>
    public void Clear()
    {
        lock (gate)
        {
            questions.Clear();
            platforms.Clear();
        }
    }

    private Tally Of(string platform)
    {
        if (!platforms.TryGetValue(platform, out var tally)) platforms[platform] = tally = new();
        return tally;
    }

    private sealed class Tally
    {
        public int Calls { get; set; }

        public int Operations { get; set; }

        public SortedDictionary<string, int> Faults { get; } = new(StringComparer.Ordinal);

        public SortedDictionary<string, int> Limits { get; } = new(StringComparer.Ordinal)
        {
            ["over_concurrency"] = 0, ["called_while_throttled"] = 0, ["called_with_dead_token"] = 0,
        };

        public PlatformCount ToCount() => new(Calls, Operations, new Dictionary<string, int>(Faults), new Dictionary<string, int>(Limits));
    }
}
