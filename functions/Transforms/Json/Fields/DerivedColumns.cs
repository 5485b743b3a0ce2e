using Pipeline.Domain.Datasets;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Rates;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Fills a column from others of the same rows; its value is null where one of theirs is.</summary>
internal abstract class DerivedColumn(ColumnPlan plan)
{
    /// <summary>The column's name, which is the field at fault where a row is refused.</summary>
    public string Name => plan.Spec.Name;

    /// <summary>The column it fills.</summary>
    protected int Index => plan.Index;

    /// <summary>Appends values until there are so many rows, or up to the first row whose value does not fit.</summary>
    /// <returns>That row; <paramref name="rows"/> when all fit.</returns>
    public abstract int Append(RecordBatch batch, int rows);

    /// <summary>The maker of a column's values.</summary>
    /// <param name="accountZone">The zone of the page's account; null where there is none, and then no column may need it.</param>
    /// <exception cref="ArgumentException">The column needs a zone or rates, and there are none.</exception>
    public static DerivedColumn For(ColumnPlan plan, IRates? rates, TimeZoneInfo? accountZone)
    {
        var derive = plan.Spec.Derive!;
        var (first, second) = (plan.Contract.IndexOf(derive.Column), derive.Other is { } other ? plan.Contract.IndexOf(other) : -1);
        return derive.Kind switch
        {
            DerivationKind.Date => new DerivedDate(plan, first, null),
            DerivationKind.LocalDate => new DerivedDate(plan, first, accountZone ?? throw Needs(plan, "the time zone of an account")),
            DerivationKind.FxRate => new DerivedRate(plan, first, second, rates ?? throw Needs(plan, "exchange rates")),
            DerivationKind.Times => new DerivedProduct(plan, first, second),
            DerivationKind.PreviousMask => new DerivedLater(plan),
            DerivationKind.Lookup => new DerivedLookup(plan, first, derive.Table!),
            DerivationKind.Coalesce => new DerivedCoalesce(plan, first, second),
            DerivationKind.RegisteredDomain => new DerivedDomain(plan, first),
            DerivationKind.Country => new DerivedCountry(plan, first),
            DerivationKind.Bucket => new DerivedBucket(plan, first, derive.Buckets),
            var kind => throw new ArgumentOutOfRangeException(nameof(plan), kind, "Nothing makes this derivation."),
        };
    }

    private static ArgumentException Needs(ColumnPlan plan, string what) =>
        new($"Column {plan.Spec.Name} of {plan.Contract.Dataset} needs {what}, and none were given.", nameof(plan));
}

/// <summary>The day of a timestamp, UTC or in a zone.</summary>
internal sealed class DerivedDate(ColumnPlan plan, int source, TimeZoneInfo? zone) : DerivedColumn(plan)
{
    private const long MicrosPerDay = 86_400_000_000;

    /// <inheritdoc/>
    public override int Append(RecordBatch batch, int rows)
    {
        var instants = (FixedColumn<long>)batch.Columns[source];
        var target = (FixedColumn<int>)batch.Columns[Index];
        var values = instants.Values[..rows];
        if (instants.NullCount == 0 && zone is null)
        {
            var from = target.Count;
            var days = target.Room(rows - from);
            for (var i = 0; i < days.Length; i++) days[i] = DayOf(values[from + i]);
            target.Advance(days.Length);
            return rows;
        }
        for (var row = target.Count; row < rows; row++)
        {
            if (instants.IsNull(row)) target.AppendNull();
            else target.Append(DayOf(zone is null ? values[row] : Local(values[row], zone)));
        }
        return rows;
    }

    private static int DayOf(long micros) => (int)((micros - (micros < 0 ? MicrosPerDay - 1 : 0)) / MicrosPerDay);

    private static long Local(long micros, TimeZoneInfo zone) =>
        micros + zone.GetUtcOffset(DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond)).Ticks / TimeSpan.TicksPerMicrosecond;
}

/// <summary>What a currency was worth on a day.</summary>
internal sealed class DerivedRate(ColumnPlan plan, int currency, int day, IRates rates) : DerivedColumn(plan)
{
    private readonly ColumnType type = plan.Spec.Type;

    /// <inheritdoc/>
    public override int Append(RecordBatch batch, int rows)
    {
        var codes = (TextColumn)batch.Columns[currency];
        var days = (FixedColumn<int>)batch.Columns[day];
        var target = (FixedColumn<Int128>)batch.Columns[Index];
        for (var row = target.Count; row < rows; row++)
        {
            if (codes.IsNull(row) || days.IsNull(row) || rates.Find(codes[row], days.Values[row]) is not { } rate) target.AppendNull();
            else if (DecimalProduct.TryMultiply(rate, 1, IRates.Scale - type.Scale, type.Precision, out var rounded))
                target.Append(rounded);
            else return row;
        }
        return rows;
    }
}

/// <summary>The product of two decimals.</summary>
internal sealed class DerivedProduct(ColumnPlan plan, int left, int right) : DerivedColumn(plan)
{
    private readonly ColumnType type = plan.Spec.Type;
    private readonly int drop = plan.Contract.Columns[left].Type.Scale + plan.Contract.Columns[right].Type.Scale - plan.Spec.Type.Scale;

    /// <inheritdoc/>
    public override int Append(RecordBatch batch, int rows)
    {
        var (lefts, rights) = ((FixedColumn<Int128>)batch.Columns[left], (FixedColumn<Int128>)batch.Columns[right]);
        var target = (FixedColumn<Int128>)batch.Columns[Index];
        for (var row = target.Count; row < rows; row++)
        {
            if (lefts.IsNull(row) || rights.IsNull(row)) target.AppendNull();
            else if (DecimalProduct.TryMultiply(lefts.Values[row], rights.Values[row], drop, type.Precision, out var product))
                target.Append(product);
            else return row;
        }
        return rows;
    }
}

/// <summary>Nulls, in whose place the masks put their texts when the rows are complete.</summary>
internal sealed class DerivedLater(ColumnPlan plan) : DerivedColumn(plan)
{
    /// <inheritdoc/>
    public override int Append(RecordBatch batch, int rows)
    {
        var target = batch.Columns[Index];
        while (target.Count < rows) target.AppendNull();
        return rows;
    }
}
