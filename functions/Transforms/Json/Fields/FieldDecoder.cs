using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Json.Fields;

/// <summary>Checks one column's values and appends them: where a verdict about a field is made, and nowhere else.</summary>
internal abstract class FieldDecoder(ColumnPlan plan)
{
    /// <summary>The column it fills.</summary>
    public int Index => plan.Index;

    /// <summary>Appends the values of records, or nulls, up to the first that is refused.</summary>
    /// <param name="code">Why it is refused.</param>
    /// <param name="field">Path of the field at fault.</param>
    /// <returns>The record that is refused; <paramref name="to"/> when none is.</returns>
    public int AppendRun(TokenGroup group, int from, int to, ReadOnlySpan<byte> run, out RejectionCode code, out string field)
    {
        (code, field) = (default, "");
        while (true)
        {
            if (plan.PlainSlot is >= 0 and var only) from += AppendPlain(group.Kinds(only, from, to), group.Places(only, from, to), run);
            if (from == to) return to;
            if (plan.TakesNull && group.Kinds(plan.PlainSlot, from, to)[0] == TokenKind.Null) Target.AppendNull();
            else if (Append(group, from, run, out field) is { } fault)
            {
                code = fault;
                return from;
            }
            if (++from == to) return to;
        }
    }

    private RejectionCode? Append(TokenGroup group, int record, ReadOnlySpan<byte> run, out string field)
    {
        var token = default(FieldToken);
        var path = 0;
        for (; path < plan.Slots.Length && token.Kind == TokenKind.Absent; path++)
            token = plan.ValueOf(path, group.Get(plan.Slots[path], record), run);
        var absent = token.Kind == TokenKind.Absent;
        field = plan.FieldOf(absent ? 0 : path - 1);
        if (token.Kind > TokenKind.Null) return token.Kind == TokenKind.Blocked ? RejectionCode.WrongType : AppendValue(token, run);
        if (plan.Default is { } value) return AppendValue(plan.DefaultToken, value);
        if (plan.Spec.Required) return absent ? RejectionCode.Missing : RejectionCode.Null;
        Target.AppendNull();
        return null;
    }

    /// <summary>Takes the column that the next values are appended to.</summary>
    public abstract void Bind(RecordBatch batch);

    /// <summary>The decoder of a column's type.</summary>
    /// <param name="zone">Zone of timestamps that carry none; null refuses them.</param>
    /// <param name="accountZone">Zone of the page's account, for the forms that are written in it; null refuses them.</param>
    public static FieldDecoder For(ColumnPlan plan, TimeZoneInfo? zone, TimeZoneInfo? accountZone, DecodeScratch scratch) =>
        plan.Spec.Type.Kind switch
    {
        ColumnKind.String => new TextField(plan, scratch),
        ColumnKind.Json when plan.IsAllText => new JsonTextField(plan, scratch),
        ColumnKind.Json => new JsonField(plan),
        ColumnKind.Int64 => new Int64Field(plan, scratch),
        ColumnKind.Float64 => new Float64Field(plan, scratch),
        ColumnKind.Decimal => new DecimalField(plan, scratch),
        ColumnKind.Bool => new BoolField(plan, scratch),
        ColumnKind.Timestamp when plan.Spec.Form == TimestampForm.CompactLocal => new CompactTimestampField(plan, accountZone, scratch),
        ColumnKind.Timestamp => new TimestampField(plan, zone, scratch),
        ColumnKind.Date => new DateField(plan, scratch),
        var kind => throw new ArgumentOutOfRangeException(nameof(plan), kind, "No decoder reads this type."),
    };

    /// <summary>The bound column.</summary>
    protected abstract Column Target { get; }

    /// <summary>Appends values of the plainest form as long as there are such: no verdict is made here.</summary>
    /// <returns>How many.</returns>
    protected virtual int AppendPlain(ReadOnlySpan<TokenKind> kinds, ReadOnlySpan<TextPlace> places, ReadOnlySpan<byte> run) => 0;

    /// <summary>Appends a value that is there and not null.</summary>
    protected abstract RejectionCode? AppendValue(in FieldToken token, ReadOnlySpan<byte> run);
}

/// <summary>A decoder for one class of columns.</summary>
internal abstract class FieldDecoder<TColumn>(ColumnPlan plan) : FieldDecoder(plan) where TColumn : Column
{
    /// <summary>The bound column.</summary>
    protected TColumn Bound { get; private set; } = null!;

    /// <inheritdoc/>
    protected override Column Target => Bound;

    /// <inheritdoc/>
    public override void Bind(RecordBatch batch) => Bound = (TColumn)batch.Columns[Index];
}
