namespace Pipeline.Domain.Datasets;

/// <summary>One declared column.</summary>
/// <param name="Name">As it appears in files and tables; case is kept.</param>
/// <param name="Type">Its declared type.</param>
/// <param name="From">
/// Dotted paths into the record, the first present one wins (old and new names of one field); empty for a derived column, and for one that
/// is read <see cref="FromBySource">otherwise from each source</see>. A path may select an item of a list by one of its members:
/// <c>actions[action_type=purchase].value</c>. Paths that begin with <c>_slice.</c> are fields of the page's header.
/// </param>
/// <param name="Derive">How the value is made from another column; null for a column that is read.</param>
/// <param name="Required">
/// The column is never null: a record in which the value is missing or null, and no default stands for it, is refused. A derived column is
/// required exactly when the columns it is made from are.
/// </param>
/// <param name="MaxLength">Unicode code points at most, strings only; null for no bound of its own.</param>
/// <param name="Description">One sentence for people; empty when the contract says nothing.</param>
public sealed record ColumnSpec(
    string Name, ColumnType Type, IReadOnlyList<string> From, Derivation? Derive = null, bool Required = false, int? MaxLength = null,
    string Description = "")
{
    /// <summary>Paths for each source that has its own; a source that is not named has no such field.</summary>
    public IReadOnlyDictionary<SourceKind, IReadOnlyList<string>>? FromBySource { get; init; }

    /// <summary>What a source's numbers count; a source that is not named sends the column's own unit.</summary>
    public IReadOnlyDictionary<SourceKind, NumberUnit> Units { get; init; } = NoUnits;

    /// <summary>JSON scalars that stand for a value that is missing or null, for each source that has one.</summary>
    public IReadOnlyDictionary<SourceKind, string> Defaults { get; init; } = NoDefaults;

    /// <summary>Streams whose rows must have the value although it has a default, which is for the rows of the other streams.</summary>
    public IReadOnlyList<string> RequiredIn { get; init; } = [];

    /// <summary>How a timestamp is written.</summary>
    public TimestampForm Form { get; init; }

    /// <summary>Digits a decimal has too many are rounded, half to even; otherwise such a number is refused.</summary>
    public bool Rounded { get; init; }

    /// <summary>
    /// An answer that lists its fields must list this one, although a default stands where a record leaves it out: without, a field that
    /// the provider renamed would be read as zeros.
    /// </summary>
    public bool Listed { get; init; }

    /// <summary>How the value is hidden before it is written; null for one that is written as it is.</summary>
    public MaskSpec? Mask { get; init; }

    private static readonly IReadOnlyDictionary<SourceKind, NumberUnit> NoUnits = new Dictionary<SourceKind, NumberUnit>();

    private static readonly IReadOnlyDictionary<SourceKind, string> NoDefaults = new Dictionary<SourceKind, string>();

    /// <summary>The column as one stream of a source fills it: <see cref="From"/> holds its paths, units and defaults are its own
    /// only.</summary>
    public ColumnSpec For(SourceKind kind, string stream)
    {
        var mustBe = RequiredIn.Contains(stream);
        return this with
        {
            From = FromBySource is null ? From : FromBySource.GetValueOrDefault(kind, []),
            FromBySource = null,
            Units = Units.Where(each => each.Key == kind).ToDictionary(),
            Defaults = mustBe ? NoDefaults : Defaults.Where(each => each.Key == kind).ToDictionary(),
            Required = Required || mustBe,
            Listed = Listed || mustBe,
        };
    }
}

/// <summary>What a source's numbers count.</summary>
public enum NumberUnit
{
    /// <summary>The column's own unit.</summary>
    One,

    /// <summary>Millionths of it.</summary>
    Micros,
}

/// <summary>How a timestamp is written.</summary>
public enum TimestampForm
{
    /// <summary>RFC 3339 and ISO 8601.</summary>
    Iso,

    /// <summary>Fourteen digits, year to second, a number or a text: the time of the page's account zone.</summary>
    CompactLocal,
}

/// <summary>A value made from other columns of the same row.</summary>
/// <param name="Kind">What is computed.</param>
/// <param name="Column">The column it is computed from.</param>
/// <param name="Other">The second one: the day of a rate, the factor of a product, what stands in; null for the other kinds.</param>
public sealed record Derivation(DerivationKind Kind, string Column, string? Other = null)
{
    /// <summary>What <see cref="DerivationKind.Lookup"/> looks up; null for the other kinds.</summary>
    public LookupTable? Table { get; init; }

    /// <summary>Buckets of <see cref="DerivationKind.Bucket"/>; 0 for the other kinds.</summary>
    public int Buckets { get; init; }
}

/// <summary>The derivations a contract can ask for. All are null where a value they need is; <see cref="Coalesce"/> needs one of
/// two.</summary>
public enum DerivationKind
{
    /// <summary>The UTC day of a timestamp.</summary>
    Date,

    /// <summary>The day of a timestamp in the time zone of the page's account.</summary>
    LocalDate,

    /// <summary>What one unit of a currency was worth on a day, in the base currency; null when the table of rates does not say.</summary>
    FxRate,

    /// <summary>The product of two decimals, rounded half to even; a row whose product does not fit is refused.</summary>
    Times,

    /// <summary>
    /// A masked column's value under the key version before the row's own, while the row's event time is within the overlap behind the
    /// change of keys; null before and after.
    /// </summary>
    PreviousMask,

    /// <summary>What a file that is kept with the contracts says of a text; null when it says nothing.</summary>
    Lookup,

    /// <summary>The first of two texts, or the second where the first is null or empty.</summary>
    Coalesce,

    /// <summary>The registered domain of an address or host: the public suffix and one label before it (publicsuffix.org).</summary>
    RegisteredDomain,

    /// <summary>The ISO 3166-1 alpha-2 code of a country that is written as a code or a name.</summary>
    Country,

    /// <summary>The first 64 bits of the SHA-256 of a text, as a big-endian number, modulo <see cref="Derivation.Buckets"/>.</summary>
    Bucket,
}
