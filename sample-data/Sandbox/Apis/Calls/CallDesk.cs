namespace Pipeline.Sandbox.Apis.Calls;

/// <summary>Where every call passes: it is counted, hit by a fault or not, and answered.</summary>
internal sealed class CallDesk(FaultPlan faults, CallCounters counters, TimeProvider time)
{
    // Calls that were on their way when the provider said "wait" or "this token is dead" are no offence.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<(string Platform, string Account), Closing> closed = [];
    private readonly Dictionary<(string Platform, string Token), DateTimeOffset> dead = [];

    /// <summary>Answers a call.</summary>
    /// <param name="faulty">The answer to a fault, or null where the fault only changes the true answer.</param>
    /// <param name="serve">The true answer, which may look at the fault.</param>
    public async Task<Answer> AnswerAsync(
        ApiCall call, Func<FaultRule, Answer?> faulty, Func<FaultRule?, Answer> serve, CancellationToken stopping)
    {
        var visit = counters.Called(call);
        var rule = StillClosed(call) ?? faults.Pick(call, visit);
        if (rule is not null) counters.Fault(call.Platform, rule.Fault);
        if (rule is { Fault: "slow" }) await Task.Delay(rule.Wait, time, stopping);
        var answer = (rule is null ? null : faulty(rule)) ?? serve(rule);
        if (rule is { Fault: "drop" }) answer = answer with { Cut = true, Whole = false };
        if (answer.Whole) counters.Answered(call);
        return answer;
    }

    /// <summary>Closes an account, or all of a platform for account <c>*</c>, for the rule's time: calls in it are answered the same again.</summary>
    public void Close(ApiCall call, FaultRule rule, bool wholePlatform)
    {
        var now = time.GetUtcNow();
        lock (gate) closed.TryAdd((call.Platform, wholePlatform ? "*" : call.Account), new(rule, now, now + rule.Wait, call.Slice));
    }

    /// <summary>Something that the provider is paid for was done.</summary>
    public void Billed(string platform) => counters.Billed(platform);

    /// <summary>From now on the token is refused.</summary>
    public void Kill(string platform, string token)
    {
        lock (gate) dead.TryAdd((platform, token), time.GetUtcNow());
    }

    /// <summary>Says whether the token is refused.</summary>
    public bool IsDead(string platform, string token)
    {
        lock (gate) return dead.ContainsKey((platform, token));
    }

    /// <summary>Says whether the token of a call is refused; one shown after the caller could know counts as an offence.</summary>
    public bool Refuses(string platform, string token)
    {
        lock (gate)
        {
            if (!dead.TryGetValue((platform, token), out var since)) return false;
            if (time.GetUtcNow() > since + Grace) counters.Exceeded(platform, "called_with_dead_token");
            return true;
        }
    }

    /// <summary>Nothing closed, no token dead.</summary>
    public void Clear()
    {
        lock (gate)
        {
            closed.Clear();
            dead.Clear();
        }
    }

    private FaultRule? StillClosed(ApiCall call)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            foreach (var key in ((string, string)[])[(call.Platform, "*"), (call.Platform, call.Account)])
            {
                if (!closed.TryGetValue(key, out var closing)) continue;
                if (now >= closing.Until)
                {
                    closed.Remove(key);
                    continue;
                }

                if (closing.Slice == call.Slice || now > closing.Since + Grace) counters.Exceeded(call.Platform, "called_while_throttled");
                return closing.Rule with { WaitSeconds = (closing.Until - now).TotalSeconds };
            }
        }

        return null;
    }

    private sealed record Closing(FaultRule Rule, DateTimeOffset Since, DateTimeOffset Until, string Slice);
}
