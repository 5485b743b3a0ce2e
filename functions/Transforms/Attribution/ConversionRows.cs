using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Attribution;

/// <summary>The conversions of some days in columns, each once.</summary>
/// <remarks>
/// Of rows with one identity (the sent id, or else user, campaign, instant and type; on one day) the greatest stays, by all of its fields:
/// the same one in whatever order they come.
/// </remarks>
internal sealed class ConversionRows
{
    /// <summary>A conversion that names no campaign.</summary>
    public const int NoCampaign = -1;

    private readonly Dictionary<UInt128, int> byIdentity = [];
    private readonly Utf8Column userIds = new(), conversionIds = new();
    private readonly FixedColumn<Int128> values = new();
    private readonly FixedColumn<long> times = new();
    private readonly FixedColumn<int> people = new(), campaigns = new();
    private readonly FixedColumn<UInt128> identities = new();
    private readonly Utf8DictionaryColumn types = new(new()), currencies = new(new());
    private readonly List<bool> replaced = [];
    private readonly ConversionIdentity identity = new();

    /// <summary>Those whose conversions they are, by the oldest pseudonym known.</summary>
    public Utf8Dictionary People { get; } = new();

    /// <summary>Campaigns of conversions, and of touches that can count for one.</summary>
    public Utf8Dictionary Campaigns { get; } = new();

    /// <summary>Rows, replaced ones included.</summary>
    public int Count => times.Count;

    /// <summary>Microseconds since the epoch.</summary>
    public ReadOnlySpan<long> Times => times.Values;

    /// <summary>Numbers in <see cref="People"/>.</summary>
    public ReadOnlySpan<int> PersonOf => people.Values;

    /// <summary>Numbers in <see cref="Campaigns"/>, or <see cref="NoCampaign"/>.</summary>
    public ReadOnlySpan<int> CampaignOf => campaigns.Values;

    /// <summary>Another row of the same identity stands for this one.</summary>
    public bool IsReplaced(int row) => replaced[row];

    /// <summary>The pseudonym as it was sent.</summary>
    public ReadOnlySpan<byte> UserId(int row) => userIds[row];

    /// <summary>The id that was sent; empty when none was.</summary>
    public ReadOnlySpan<byte> ConversionId(int row) => conversionIds[row];

    /// <summary>What tells the row from all others.</summary>
    public UInt128 Identity(int row) => identities.Values[row];

    /// <summary>What was done.</summary>
    public ReadOnlySpan<byte> Type(int row) => types[row];

    /// <summary>ISO 4217; empty where none was sent.</summary>
    public ReadOnlySpan<byte> Currency(int row) => currencies[row];

    /// <summary>Unscaled; null where none was sent.</summary>
    public Int128? Value(int row) => values.IsNull(row) ? null : values.Values[row];

    /// <summary>The campaign that was sent; empty when none was.</summary>
    public ReadOnlySpan<byte> Campaign(int row) => CampaignOf[row] == NoCampaign ? default : Campaigns[CampaignOf[row]];

    /// <summary>The pseudonym under which a conversion's touches are looked up: the oldest one it has.</summary>
    public static ReadOnlySpan<byte> Person(ConversionBatch batch, int row) =>
        batch.UserIdBefore is { } before && !before.IsNull(row) ? before[row] : batch.UserId[row];

    /// <summary>Takes a row.</summary>
    public void Add(ConversionBatch batch, int row)
    {
        var added = Count;
        times.Append(batch.OccurredAt.Values[row]);
        people.Append(People.Intern(Person(batch, row)));
        campaigns.Append(batch.CampaignId is { } sent && !sent.IsNull(row) ? Campaigns.Intern(sent[row]) : NoCampaign);
        userIds.Append(batch.UserId[row]);
        conversionIds.Append(batch.ConversionId is { } ids ? ids[row] : default);
        types.Append(batch.ConversionType[row]);
        currencies.Append(batch.Currency[row]);
        if (batch.Value.IsNull(row)) values.AppendNull();
        else values.Append(batch.Value.Values[row]);
        identities.Append(identity.Of(this, added));
        replaced.Add(false);
        if (byIdentity.TryAdd(Identity(added), added)) return;
        var standing = byIdentity[Identity(added)];
        var isGreater = Compare(added, standing) > 0;
        replaced[isGreater ? standing : added] = true;
        if (isGreater) byIdentity[Identity(added)] = added;
    }

    private int Compare(int one, int other)
    {
        if (Times[one] != Times[other]) return Times[one].CompareTo(Times[other]);
        if (Nullable.Compare(Value(one), Value(other)) is not 0 and var byValue) return byValue;
        if (Currency(one).SequenceCompareTo(Currency(other)) is not 0 and var byCurrency) return byCurrency;
        if (Type(one).SequenceCompareTo(Type(other)) is not 0 and var byType) return byType;
        if (Campaign(one).SequenceCompareTo(Campaign(other)) is not 0 and var byCampaign) return byCampaign;
        if (UserId(one).SequenceCompareTo(UserId(other)) is not 0 and var byUser) return byUser;
        return People[PersonOf[one]].SequenceCompareTo(People[PersonOf[other]]);
    }
}
