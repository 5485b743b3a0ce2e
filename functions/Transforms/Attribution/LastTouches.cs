using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Attribution;

/// <summary>Finds each conversion's last touch while touches come by in any order, keeping none but the best of each slot.</summary>
/// <remarks>
/// A touch is remembered at the first conversion of its person that follows it: it counts for that one and those after it. Of one campaign
/// the latest touch of a kind is all that matters, for when its look-back is over, those of earlier ones are. So memory goes with the
/// conversions, not with the touches, and the result depends on no order.
/// </remarks>
internal sealed class LastTouches(ConversionRows conversions, ConversionGroups groups, Campaigns campaigns)
{
    private readonly Dictionary<(int Slot, int Campaign), int> entryOf = [];
    private readonly List<Entry> entries = [];
    private readonly int[] heads = NewHeads(groups.Slots);
    private readonly List<(long Click, long View)> lookbacks = [];
    private readonly Utf8Dictionary creatives = new();

    /// <summary>Takes a touch.</summary>
    /// <param name="creative">Empty for none.</param>
    public void Add(
        TouchKind kind, ReadOnlySpan<byte> user, bool hasCampaign, ReadOnlySpan<byte> campaign, ReadOnlySpan<byte> creative, long time)
    {
        var person = conversions.People.Find(user);
        if (person < 0) return;
        var number = hasCampaign ? conversions.Campaigns.Intern(campaign) : ConversionRows.NoCampaign;
        if (hasCampaign) Remember(groups.FirstSlot(person, number, time), kind, number, creative, time);
        Remember(groups.FirstSlot(person, ConversionRows.NoCampaign, time), kind, number, creative, time);
    }

    /// <summary>The last touch of every conversion, by row; <see cref="LastTouch.None"/> where there is none.</summary>
    public LastTouch[] Resolve()
    {
        var touches = new LastTouch[conversions.Count];
        var open = new List<Entry>();
        for (var group = 0; group < groups.Count; group++)
        {
            open.Clear();
            var (start, end) = groups[group];
            for (var slot = start; slot < end; slot++)
            {
                for (var at = heads[slot]; at >= 0; at = entries[at].Next) Merge(open, entries[at]);
                touches[groups.RowOf(slot)] = Best(open, groups.TimeOf(slot));
            }
        }
        return touches;
    }

    /// <summary>The creative of a touch; empty for none.</summary>
    public ReadOnlySpan<byte> CreativeOf(in LastTouch touch) => touch.Creative < 0 ? default : creatives[touch.Creative];

    private void Remember(int slot, TouchKind kind, int campaign, ReadOnlySpan<byte> creative, long time)
    {
        if (slot < 0) return;
        var (click, view) = LookbackOf(campaign);
        if (groups.TimeOf(slot) - time > (kind == TouchKind.Click ? click : view)) return;
        if (!entryOf.TryGetValue((slot, campaign), out var at))
        {
            at = entries.Count;
            entryOf.Add((slot, campaign), at);
            entries.Add(new(campaign, Moment.None, Moment.None, heads[slot]));
            heads[slot] = at;
        }
        var moment = new Moment(time, creative.IsEmpty ? -1 : creatives.Intern(creative));
        var entry = entries[at];
        entries[at] = kind == TouchKind.Click
            ? entry with { Click = Later(entry.Click, moment) }
            : entry with { View = Later(entry.View, moment) };
    }

    private void Merge(List<Entry> open, in Entry entry)
    {
        for (var i = 0; i < open.Count; i++)
        {
            if (open[i].Campaign != entry.Campaign) continue;
            open[i] = open[i] with { Click = Later(open[i].Click, entry.Click), View = Later(open[i].View, entry.View) };
            return;
        }
        open.Add(entry);
    }

    private LastTouch Best(List<Entry> open, long time)
    {
        var (bestClick, bestView) = (LastTouch.None, LastTouch.None);
        for (var i = open.Count - 1; i >= 0; i--)
        {
            var (click, view) = LookbackOf(open[i].Campaign);
            var hasClick = open[i].Click.Covers(time, click);
            var hasView = open[i].View.Covers(time, view);
            if (hasClick) bestClick = Later(bestClick, new(TouchType.Click, open[i].Click.Time, open[i].Click.Creative, open[i].Campaign));
            if (hasView) bestView = Later(bestView, new(TouchType.View, open[i].View.Time, open[i].View.Creative, open[i].Campaign));
            if (!hasClick && !hasView) open.RemoveAt(i);      // time goes on: it covers no later conversion either
        }
        return bestClick.Type == TouchType.None ? bestView : bestClick;
    }

    private (long Click, long View) LookbackOf(int campaign)
    {
        if (campaign == ConversionRows.NoCampaign) return Micros(Campaigns.Default);
        while (lookbacks.Count <= campaign) lookbacks.Add(Micros(campaigns.Of(conversions.Campaigns[lookbacks.Count])));
        return lookbacks[campaign];
    }

    private static (long, long) Micros(Lookback lookback) =>
        (lookback.Click.Ticks / TimeSpan.TicksPerMicrosecond, lookback.View.Ticks / TimeSpan.TicksPerMicrosecond);

    private Moment Later(Moment one, Moment other) => Compare(one.Time, one.Creative, other.Time, other.Creative) >= 0 ? one : other;

    // Ties: the greater creative, then the greater campaign, byte by byte; none is less than any.
    private LastTouch Later(LastTouch one, LastTouch other)
    {
        if (one.Type == TouchType.None) return other;
        var order = Compare(one.Time, one.Creative, other.Time, other.Creative);
        return (order != 0 ? order : CompareText(conversions.Campaigns, one.Campaign, other.Campaign)) >= 0 ? one : other;
    }

    private int Compare(long time, int creative, long otherTime, int otherCreative) =>
        time != otherTime ? time.CompareTo(otherTime) : CompareText(creatives, creative, otherCreative);

    private static int CompareText(Utf8Dictionary texts, int one, int other)
    {
        if (one == other) return 0;
        if (one < 0 || other < 0) return one < 0 ? -1 : 1;
        return texts[one].SequenceCompareTo(texts[other]);
    }

    private static int[] NewHeads(int slots)
    {
        var heads = new int[slots];
        Array.Fill(heads, -1);
        return heads;
    }

    private readonly record struct Moment(long Time, int Creative)
    {
        public static readonly Moment None = new(long.MinValue, -1);

        public bool Covers(long conversion, long lookback) => Time != long.MinValue && conversion - Time <= lookback;
    }

    private readonly record struct Entry(int Campaign, Moment Click, Moment View, int Next);
}
