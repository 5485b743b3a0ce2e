using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Slices;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.GoogleAds;

/// <summary>Google Ads: figures at campaign level (the ledger) and at ad level (a detail), and what the entities are called.</summary>
public sealed class GoogleAdsSource(GoogleAdsClient client, GoogleAdsOptions options, IObjectStore segments, TimeProvider time) : ISliceSource
{
    /// <summary>The stream that lists campaigns, ad groups and ads.</summary>
    public const string Entities = "entities";

    /// <summary>How far back days are kept, since 2026-06-01.</summary>
    private const int MonthsKept = 37;

    private readonly AccountProfiles profiles = new((account, stopping) => ProfileAsync(client, account, stopping));

    /// <inheritdoc/>
    public string Name => "google_ads";

    /// <inheritdoc/>
    public IReadOnlyList<string> Accounts => options.Accounts;

    /// <inheritdoc/>
    public int AtOnce => options.AtOnce;

    /// <inheritdoc/>
    public int LookbackDays => options.LookbackDays;

    /// <inheritdoc/>
    public async Task<AccountProbe> ProbeAsync(string account, CancellationToken stopping)
    {
        client.Reopen(account);
        try
        {
            var profile = await profiles.RenewAsync(account, stopping);
            return new(null, profile.TimeZone, profile.Currency, null);
        }
        catch (ProviderException error) when (error.Verdict.Kind is VerdictKind.Stopped or VerdictKind.Refused or VerdictKind.Skipped)
        {
            return new(error.Message, "Etc/UTC", null, null);
        }
        catch (ProviderException error)
        {
            throw new TransientException($"Google customer {account} cannot be asked at this moment: {error.Message}", error);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SliceWindow> Plan(string account, DateOnly from, DateOnly to)
    {
        var oldest = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddMonths(-MonthsKept).AddDays(2);
        return
        [
            .. WindowPlan.Of(Name, account, Entities, to, to, 1),
            .. new[] { "campaign", "ad" }.SelectMany(level => WindowPlan.Of(Name, account, level, from < oldest ? oldest : from, to, options.DaysPerQuery)),
        ];
    }

    /// <inheritdoc/>
    public async Task<Refusal?> RehearseAsync(SliceWindow window, CancellationToken stopping)
    {
        try
        {
            foreach (var query in GoogleAdsQueries.FirstRowsOf(window)) await client.QueryAsync(window.Account, query, _ => { }, stopping);
            return null;
        }
        catch (ProviderException error)
        {
            return Refusal.Of(
                error.Verdict, window,
                $"Give the credentials' user access to the customer {window.Account}, correct GoogleAds:LoginCustomerId, "
                + "or raise GoogleAds:Version.");
        }
    }

    /// <inheritdoc/>
    public async Task<Step> StepAsync(SliceTask task, CancellationToken stopping)
    {
        var window = task.Extraction.Window;
        try
        {
            var profile = await profiles.OfAsync(window.Account, stopping);
            using var part = new PartWriter(segments, time, task, PageHeader.Of(task, options.Version, options.LookbackDays, profile));
            foreach (var (kind, query) in GoogleAdsQueries.Of(window))
            {
                if (await client.QueryAsync(window.Account, query, batch => part.Add(batch, kind), stopping)) continue;
                // What a broken stream had sent is sent again: only a window that is whole is landed.
                if (window.Days > 1) return Steps.Halved("Google's stream broke off before its end.");
                throw new TransientException($"{window}: Google's stream broke off before its end; the day is asked for again.");
            }
            return Steps.Fetched(await part.FinishAsync(stopping));
        }
        catch (ProviderException error)
        {
            return Steps.From(error.Verdict, window, time.GetUtcNow());
        }
    }

    private static async Task<AccountProfile> ProfileAsync(GoogleAdsClient client, string account, CancellationToken stopping)
    {
        AccountProfile? profile = null;
        var whole = await client.QueryAsync(account, GoogleAdsQueries.Account, batch =>
        {
            foreach (var row in JsonText.Parse(batch).Member("results").Items())
            {
                var customer = row.Member("customer");
                if (customer.Member("timeZone").Text() is { } zone && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
                    profile = new(zone, customer.Member("currencyCode").Text(), customer.Member("descriptiveName").Text());
            }
        }, stopping);
        if (profile is not null) return profile;
        if (!whole) throw new TransientException($"Google's answer on customer {account} broke off; it is asked again.");
        throw new ProviderException(new(VerdictKind.Refused, $"Google's answer on customer {account} holds no results with a time zone: its API has changed."));
    }
}
