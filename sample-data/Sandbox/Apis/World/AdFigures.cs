using System.Numerics;

namespace Pipeline.Sandbox.Apis.World;

/// <summary>What was delivered; sums add up.</summary>
/// <param name="Clicks">All clicks.</param>
/// <param name="LinkClicks">Those that left for the advertiser's page; never more than <see cref="Clicks"/>.</param>
/// <param name="Reach">People; summed over ads like the rest, which a real platform would not do.</param>
/// <param name="CostMicros">Millionths of the account's currency, whole hundredths.</param>
/// <param name="ConversionMicros">Millionths of a conversion: Google credits parts of one.</param>
/// <param name="ValueMicros">Millionths of the account's currency, whole hundredths.</param>
internal readonly record struct AdFigures(
    long Impressions, long Clicks, long LinkClicks, long Reach, long CostMicros, long ConversionMicros, long ValueMicros)
    : IAdditionOperators<AdFigures, AdFigures, AdFigures>
{
    private const int QuietDayAmong = 29;
    private const long MicrosPerCent = 10_000;

    /// <summary>Nothing was delivered: providers give no row for it.</summary>
    public bool IsZero => this == default;

    public static AdFigures operator +(AdFigures left, AdFigures right) => new(
        left.Impressions + right.Impressions, left.Clicks + right.Clicks, left.LinkClicks + right.LinkClicks, left.Reach + right.Reach,
        left.CostMicros + right.CostMicros, left.ConversionMicros + right.ConversionMicros, left.ValueMicros + right.ValueMicros);

    /// <summary>The figures of one ad on one day, the same for the same arguments on every machine.</summary>
    /// <param name="restatement">How often the day was restated; a higher one gives more conversions and other clicks.</param>
    /// <param name="conversionParts">Smallest part of a conversion, in millionths: 1,000,000 gives whole ones.</param>
    public static AdFigures On(string account, string ad, AdRates rates, DateOnly day, int restatement, long conversionParts)
    {
        var dice = new Dice($"{account}/{ad}/{day:O}");
        if (dice.Below(QuietDayAmong) == 0) return default;
        var impressions = rates.Impressions * (70L + dice.Below(61)) / 100;
        var clicks = (impressions * rates.ClicksPerMille * (80L + dice.Below(41)) / 100_000) + restatement;
        var linkClicks = clicks * 85 / 100;
        var cents = linkClicks * rates.CostPerClickCents * (90L + dice.Below(21)) / 100;
        var conversions = (linkClicks * rates.ConversionsPerMille * (600L + dice.Below(800))) + (restatement * 1_250_000L);
        conversions -= conversions % conversionParts;
        var valueCents = conversions * rates.ValueCents / 1_000_000;
        return new(impressions, clicks, linkClicks, impressions * 88 / 100, cents * MicrosPerCent, conversions, valueCents * MicrosPerCent);
    }
}
