namespace Pipeline.Sandbox.Apis.World;

/// <summary>What one ad, or one campaign without ads, delivered on one day.</summary>
internal sealed record AdDelivery(AdAccount Account, DateOnly Day, AdCampaign Campaign, AdGroup? Group, Ad? Ad, AdFigures Figures);

/// <summary>The figures of a platform as they are now: sample accounts, varied by day, changed by restatements.</summary>
/// <param name="platform">Whose restatements count.</param>
/// <param name="conversionParts">Smallest part of a conversion, in millionths.</param>
internal sealed class AdWorld(string platform, IReadOnlyList<AdAccount> accounts, long conversionParts, Restatements restatements, TimeProvider time)
{
    /// <summary>All accounts, those that are closed too.</summary>
    public IReadOnlyList<AdAccount> Accounts => accounts;

    /// <summary>The account, or null when there is none of this id.</summary>
    public AdAccount? Find(string id) => accounts.FirstOrDefault(account => account.Id == id);

    /// <summary>Deliveries of the days, both ends included, by day and then as the sample file lists them; none of days to come.</summary>
    public IEnumerable<AdDelivery> Deliveries(AdAccount account, DateOnly from, DateOnly to)
    {
        var today = account.Day(time.GetUtcNow());
        for (var day = from; day <= to && day <= today; day = day.AddDays(1))
        {
            foreach (var delivery in OneDay(account, day))
                yield return delivery;
        }
    }

    private List<AdDelivery> OneDay(AdAccount account, DateOnly day)
    {
        var restatement = restatements.Of(platform, account.Id, day);
        var deliveries = Leaves(account)
            .Select(leaf => new AdDelivery(account, day, leaf.Campaign, leaf.Group, leaf.Ad, Figures(leaf.Ad?.Id ?? leaf.Campaign.Id, leaf.Rates)))
            .Where(delivery => !delivery.Figures.IsZero)
            .ToList();
        if (restatement > 0) DropOne(deliveries, restatement);
        return deliveries;

        AdFigures Figures(string id, AdRates rates) => AdFigures.On(account.Id, id, rates, day, restatement, conversionParts);
    }

    private static void DropOne(List<AdDelivery> deliveries, int restatement)
    {
        var ads = deliveries.Where(delivery => delivery.Ad is not null).ToList();
        if (ads is not []) deliveries.Remove(ads[restatement % ads.Count]);
    }

    private static IEnumerable<(AdCampaign Campaign, AdGroup? Group, Ad? Ad, AdRates Rates)> Leaves(AdAccount account)
    {
        foreach (var campaign in account.Campaigns)
        {
            if (campaign.Rates is { } own) yield return (campaign, null, null, own);
            foreach (var group in campaign.Groups)
            {
                foreach (var ad in group.Ads)
                    yield return (campaign, group, ad, ad.Rates);
            }
        }
    }
}
