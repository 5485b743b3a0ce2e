namespace Pipeline.Transforms.Attribution;

/// <summary>
/// Attributes the conversions of some days of a bucket of users to views and clicks: last touch, click over view, within the campaign's
/// look-back, edges included.
/// </summary>
/// <remarks>
/// A touch counts for conversions of its user and campaign that happen at its instant or after it, at most the look-back later; one that
/// names no campaign takes a touch of any, the touch's own look-back holding. Touches of no campaign count for such conversions alone.
/// While pseudonyms change, a touch is entered under each it has, and a conversion is looked up under its oldest. A pure function of the
/// rows, whatever their order. Use: all conversions, <see cref="Seal"/>, all touches, <see cref="Resolve"/>.
/// </remarks>
public sealed class Correlation
{
    /// <summary>Digits after the point of a conversion's value.</summary>
    public const int ValueScale = 4;

    private readonly Campaigns campaigns;
    private readonly HashSet<int> days;
    private readonly int part;
    private readonly int parts;
    private LastTouches? touches;
    private LastTouch[] last = [];

    /// <param name="days">The days whose result is wanted.</param>
    /// <param name="parts">Parts that the users are taken in, so that memory goes with the conversions of one; this is the first.</param>
    public Correlation(Campaigns campaigns, IReadOnlyCollection<DateOnly> days, int parts = 1)
        : this(campaigns, [.. days.Select(UtcDays.Of)], 0, parts, new())
    {
    }

    private Correlation(Campaigns campaigns, HashSet<int> days, int part, int parts, CampaignCounts counts) =>
        (this.campaigns, this.days, this.part, this.parts, Counts) = (campaigns, days, part, parts, counts);

    internal ConversionRows Conversions { get; } = new();

    internal CampaignCounts Counts { get; }

    /// <summary>The next part of the users, to be fed with the same rows; the counts go on.</summary>
    public Correlation Next() => new(campaigns, days, part + 1, parts, Counts);

    /// <summary>Takes the conversions of this part's users on the wanted days; the others are left out.</summary>
    public void Add(ConversionBatch batch)
    {
        for (var row = 0; row < batch.OccurredAt.Count; row++)
            if (days.Contains(UtcDays.Of(batch.OccurredAt.Values[row])) && IsMine(ConversionRows.Person(batch, row)))
                Conversions.Add(batch, row);
    }

    /// <summary>Ends the conversions; touches follow.</summary>
    public void Seal() => touches = new(Conversions, new(Conversions), campaigns);

    /// <summary>Takes views or clicks, those of the look-back before the wanted days too. The first part counts them.</summary>
    public void Add(TouchKind kind, TouchBatch batch)
    {
        if (touches is null) throw new InvalidOperationException("Touches come after the conversions are sealed.");
        for (var row = 0; row < batch.OccurredAt.Count; row++)
        {
            var time = batch.OccurredAt.Values[row];
            var hasCampaign = batch.CampaignId is { } campaigned && !campaigned.IsNull(row);
            var campaign = batch.CampaignId is { } ids ? ids[row] : default;
            var day = UtcDays.Of(time);
            if (part == 0 && days.Contains(day)) Counts.Add(kind, day, campaign);
            var creative = batch.CreativeId is { } creatives ? creatives[row] : default;
            if (!batch.UserId[row].IsEmpty) touches.Add(kind, batch.UserId[row], hasCampaign, campaign, creative, time);
            if (batch.UserIdBefore is { } before && !before[row].IsEmpty && !before[row].SequenceEqual(batch.UserId[row]))
                touches.Add(kind, before[row], hasCampaign, campaign, creative, time);
        }
    }

    /// <summary>Decides each conversion's last touch and counts the conversions.</summary>
    public void Resolve()
    {
        last = (touches ?? throw new InvalidOperationException("The conversions are not sealed.")).Resolve();
        for (var row = 0; row < Conversions.Count; row++)
        {
            if (Conversions.IsReplaced(row)) continue;
            Counts.Add(
                UtcDays.Of(Conversions.Times[row]), CampaignOf(row), Conversions.Currency(row), Conversions.Value(row) ?? 0, last[row].Type,
                SecondsToConvert(row) ?? 0);
        }
    }

    /// <summary>Rows of <see cref="Conversions"/> that are results of a day.</summary>
    internal IEnumerable<int> RowsOf(int day) =>
        Enumerable.Range(0, Conversions.Count).Where(row => !Conversions.IsReplaced(row) && UtcDays.Of(Conversions.Times[row]) == day);

    internal LastTouch TouchOf(int row) => last[row];

    internal ReadOnlySpan<byte> CreativeOf(int row) => touches!.CreativeOf(last[row]);

    internal ReadOnlySpan<byte> TouchCampaignOf(int row) =>
        last[row].Campaign == ConversionRows.NoCampaign ? default : Conversions.Campaigns[last[row].Campaign];

    /// <summary>Whole seconds; null where nothing is attributed.</summary>
    internal long? SecondsToConvert(int row) =>
        last[row].Type == TouchType.None ? null : (Conversions.Times[row] - last[row].Time) / TimeSpan.MicrosecondsPerSecond;

    // The campaign it names, or else its touch's; empty for neither.
    private ReadOnlySpan<byte> CampaignOf(int row) =>
        Conversions.CampaignOf[row] == ConversionRows.NoCampaign ? TouchCampaignOf(row) : Conversions.Campaign(row);

    private bool IsMine(ReadOnlySpan<byte> person)
    {
        if (parts == 1) return true;
        var hash = new HashCode();      // seeded once a run: nobody can send users that all fall into one part
        hash.AddBytes(person);
        return (uint)hash.ToHashCode() % (uint)parts == (uint)part;
    }
}
