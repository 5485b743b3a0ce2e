using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>At most three calls of one account and one API at once.</summary>
/// <remarks>https://developer.clevertap.com/docs/api-request-limit</remarks>
internal sealed class ConcurrencyGate(CallCounters counters)
{
    private const int Most = 3;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Account, string Api), int> running = [];

    /// <summary>Answers a call, or refuses it with 429 when three others are running.</summary>
    public async Task<Answer> EnterAsync(string account, string api, Func<Task<Answer>> answer)
    {
        lock (gate)
        {
            var now = running.GetValueOrDefault((account, api));
            if (now >= Most)
            {
                counters.Exceeded(Platforms.CleverTap, "over_concurrency");
                return CleverTapFaults.TooMany(429);
            }

            running[(account, api)] = now + 1;
        }

        try
        {
            return await answer();
        }
        finally
        {
            lock (gate) running[(account, api)]--;
        }
    }
}
