using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Attribution;

/// <summary>Sums by day, campaign and currency. Views and clicks have no currency: theirs is the empty one.</summary>
internal sealed class CampaignCounts
{
    private readonly Dictionary<(int Day, int Campaign, int Currency), CampaignSums> sums = [];
    private readonly Utf8Dictionary campaigns = new(), currencies = new();

    /// <summary>Counts a view or click; the text is empty for one of no campaign.</summary>
    public void Add(TouchKind kind, int day, ReadOnlySpan<byte> campaign)
    {
        var sum = Of(day, campaign, default);
        if (kind == TouchKind.Click) sum.Clicks++;
        else sum.Impressions++;
    }

    /// <summary>Counts a conversion for the campaign it names, or else the one it is attributed to.</summary>
    public void Add(int day, ReadOnlySpan<byte> campaign, ReadOnlySpan<byte> currency, Int128 value, TouchType touch, long seconds)
    {
        var sum = Of(day, campaign, currency);
        sum.Conversions++;
        if (touch == TouchType.Click) sum.ClickConversions++;
        if (touch == TouchType.View) sum.ViewConversions++;
        sum.Value += value;
        sum.SecondsToConvert += seconds;
    }

    /// <summary>The sums of a day, in no order.</summary>
    public IEnumerable<(int Campaign, int Currency, CampaignSums Sums)> Of(int day) =>
        sums.Where(each => each.Key.Day == day).Select(each => (each.Key.Campaign, each.Key.Currency, each.Value));

    /// <summary>A campaign's text.</summary>
    public ReadOnlySpan<byte> Campaign(int number) => campaigns[number];

    /// <summary>A currency's text.</summary>
    public ReadOnlySpan<byte> Currency(int number) => currencies[number];

    private CampaignSums Of(int day, ReadOnlySpan<byte> campaign, ReadOnlySpan<byte> currency)
    {
        var key = (day, campaigns.Intern(campaign), currencies.Intern(currency));
        if (!sums.TryGetValue(key, out var sum)) sums.Add(key, sum = new());
        return sum;
    }
}

/// <summary>What happened to one campaign on one day.</summary>
internal sealed class CampaignSums
{
    public long Impressions { get; set; }

    public long Clicks { get; set; }

    /// <summary>All conversions of the campaign, attributed or not.</summary>
    public long Conversions { get; set; }

    /// <summary>Those whose last touch is a click.</summary>
    public long ClickConversions { get; set; }

    /// <summary>Those whose last touch is a view.</summary>
    public long ViewConversions { get; set; }

    /// <summary>Unscaled, <see cref="Correlation.ValueScale"/> digits after the point; of all conversions.</summary>
    public Int128 Value { get; set; }

    /// <summary>Whole seconds from touch to conversion, of those that are attributed.</summary>
    public long SecondsToConvert { get; set; }
}
