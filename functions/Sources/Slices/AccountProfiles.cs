using System.Collections.Concurrent;

namespace Pipeline.Sources.Slices;

/// <summary>What providers say of accounts. After a start all steps of an account need it at once, and it is asked for once.</summary>
/// <param name="ask">Asks the provider about one account.</param>
public sealed class AccountProfiles(Func<string, CancellationToken, Task<AccountProfile>> ask)
{
    private readonly ConcurrentDictionary<string, AccountProfile> known = new();
    private readonly ConcurrentDictionary<string, SemaphoreSlim> turns = new();

    /// <summary>What is known of an account, or what its provider answers now.</summary>
    public async ValueTask<AccountProfile> OfAsync(string account, CancellationToken stopping) =>
        known.TryGetValue(account, out var profile) ? profile : await InTurnAsync(account, renew: false, stopping);

    /// <summary>Asks the provider whatever is known.</summary>
    public Task<AccountProfile> RenewAsync(string account, CancellationToken stopping) => InTurnAsync(account, renew: true, stopping);

    private async Task<AccountProfile> InTurnAsync(string account, bool renew, CancellationToken stopping)
    {
        var turn = turns.GetOrAdd(account, _ => new(1, 1));
        await turn.WaitAsync(stopping);
        try
        {
            if (!renew && known.TryGetValue(account, out var profile)) return profile;
            return known[account] = await ask(account, stopping);
        }
        finally
        {
            turn.Release();
        }
    }
}
