namespace Pipeline.Sandbox.Apis.World;

/// <summary>An advertising account of the sample files, in the words both platforms share: campaign, group (ad set), ad.</summary>
/// <param name="Id">Digits only.</param>
/// <param name="Currency">ISO 4217; one with hundredths.</param>
/// <param name="TimeZone">IANA zone of its days.</param>
/// <param name="Business">Facebook: the business it belongs to.</param>
internal sealed record AdAccount(
    string Id, string Name, string Currency, string TimeZone, IReadOnlyList<AdCampaign> Campaigns, string Business = "", string Status = "ENABLED")
{
    /// <summary>Whether it can be asked for figures.</summary>
    public bool Enabled => Status == "ENABLED";

    /// <summary>The account's present day.</summary>
    public DateOnly Day(DateTimeOffset now) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, TimeZoneInfo.FindSystemTimeZoneById(TimeZone)).DateTime);
}

/// <summary>A campaign; one with rates of its own delivers without ads, as Performance Max does.</summary>
internal sealed record AdCampaign(
    string Id, string Name, string Status, IReadOnlyList<AdGroup> Groups, string Kind = "", AdRates? Rates = null);

/// <summary>An ad group, which Facebook calls an ad set.</summary>
internal sealed record AdGroup(string Id, string Name, string Status, IReadOnlyList<Ad> Ads);

/// <summary>One ad.</summary>
internal sealed record Ad(string Id, string Name, string Status, AdRates Rates);

/// <summary>What an ad does on an ordinary day; <see cref="AdFigures.On"/> varies it.</summary>
internal sealed record AdRates(int Impressions, int ClicksPerMille, int CostPerClickCents, int ConversionsPerMille, int ValueCents);
