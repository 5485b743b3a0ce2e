using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>Whether a derived column's type, and the columns it is made from, fit what is computed.</summary>
internal sealed class DerivationRules(ColumnList columns, ColumnDraft draft, FaultList faults)
{
    private string Subject => draft.Section.Subject;

    /// <summary>Reports all that is wrong.</summary>
    public void Check(SourceList sources)
    {
        if (draft.Derive is not { } derive || draft.Section.Has("from")) return;
        if (derive.Kind is DerivationKind.Date or DerivationKind.LocalDate) CheckDay(derive, sources);
        else if (derive.Kind == DerivationKind.FxRate) CheckRate(derive);
        else if (derive.Kind == DerivationKind.PreviousMask) CheckPreviousMask(derive);
        else if (derive.Kind == DerivationKind.Times) CheckProduct(derive);
        else CheckTexts(derive);
        CheckMasks(derive);
    }

    // Columns are derived from clear values, and no mask follows. A bucket tells one of a few groups, previous_mask is a pseudonym.
    private void CheckMasks(DerivationDraft derive)
    {
        foreach (var name in derive.Columns)
            if (columns.Find(name.Value) is { Derive.Kind: DerivationKind.PreviousMask })
                faults.Add(name, $"{Subject} is made from '{name.Value}', which has a value only when masks are put on, behind all that is derived",
                    $"name another column, or remove {Subject}");
        if (derive.Kind is DerivationKind.Bucket or DerivationKind.PreviousMask) return;
        foreach (var name in derive.Columns)
            if (columns.Find(name.Value) is { Mask: not null, Type: null or { Kind: ColumnKind.String } })
                faults.Add(name, $"{Subject} is made from '{name.Value}', which is masked, and {derive.Form} tells what the mask hides",
                    $"name a column without a mask, or remove {Subject}");
    }

    private void CheckTexts(DerivationDraft derive)
    {
        var isBucket = derive.Kind == DerivationKind.Bucket;
        CheckType(derive, isBucket ? ColumnKind.Int64 : ColumnKind.String, isBucket ? "int64" : "string");
        foreach (var name in derive.Columns) CheckArgument(name, ColumnKind.String, "a string column");
        if (draft.MaxLength is not null)
            faults.Add(draft.Section.At("max_length"), $"{Subject} is derived and has a max_length", "remove it");
        if (!draft.Required) return;
        if (derive.MayFind)
            faults.Add(draft.Section.At("required"), $"{Subject} is required, and {derive.Form} can find nothing", "remove required");
        else if (!derive.Columns.Any(name => columns.Find(name.Value) is not { } source || columns.IsRequired(source)))
            CannotBeRequired(derive.Column);
    }

    private void CheckDay(DerivationDraft derive, SourceList sources)
    {
        CheckType(derive, ColumnKind.Date, "date");
        if (derive.Kind == DerivationKind.LocalDate && sources is { Kinds.Count: > 0, ArePages: false })
            faults.Add(derive.Column, $"{Subject} is a day in an account's time zone, and only pages have an account",
                "write derive: date(…)");
        if (Find(derive.Column) is not { } source) return;
        if (source.Section.Has("derive"))
            faults.Add(derive.Column, $"{Subject} is made from '{derive.Column.Value}', which is derived itself",
                "name a column that has 'from'");
        else if (source.Type is { Kind: not ColumnKind.Timestamp })
            faults.Add(derive.Column, $"{Subject} is made from '{derive.Column.Value}', which has type {source.Type}",
                "name a timestamp column");
        else if (draft.Required && !columns.IsRequired(source)) CannotBeRequired(derive.Column);
    }

    private void CheckRate(DerivationDraft derive)
    {
        CheckType(derive, ColumnKind.Decimal, "\"decimal(20,10)\"");
        CheckArgument(derive.Column, ColumnKind.String, "a string column with the currency's code");
        CheckArgument(derive.Other!, ColumnKind.Date, "a date column");
        if (draft.Required)
            faults.Add(draft.Section.At("required"), $"{Subject} is required, and the table of rates can lack one", "remove required");
    }

    private void CheckPreviousMask(DerivationDraft derive)
    {
        CheckType(derive, ColumnKind.String, "string");
        if (Find(derive.Column) is { Mask: not { NeedsKey: true } })
            faults.Add(derive.Column, $"{Subject} is made from '{derive.Column.Value}', which no key masks",
                "name a column with mask: hmac or mask: aes_siv");
        if (draft.Required)
            faults.Add(draft.Section.At("required"), $"{Subject} is required, and most rows have no mask before theirs", "remove required");
    }

    private void CheckProduct(DerivationDraft derive)
    {
        CheckType(derive, ColumnKind.Decimal, "\"decimal(20,6)\"");
        foreach (var name in derive.Columns) CheckArgument(name, ColumnKind.Decimal, "a decimal column");
        if (!draft.Required) return;
        foreach (var name in derive.Columns)
            if (columns.Before(draft, name.Value) is { } factor && !columns.IsRequired(factor)) CannotBeRequired(name);
    }

    private void CheckType(DerivationDraft derive, ColumnKind kind, string remedy)
    {
        if (draft.Type is { } type && type.Kind != kind)
            faults.Add(draft.Section.At("type"), $"{Subject} is made by {derive.Form} and has type {type}", $"write type: {remedy}");
    }

    private void CheckArgument(YamlText name, ColumnKind kind, string remedy)
    {
        if (Find(name) is not { } source) return;
        if (source.Type is { } type && type.Kind != kind)
            faults.Add(name, $"{Subject} is made from '{name.Value}', which has type {type}", $"name {remedy}");
        else if (source.Section.Has("derive") && columns.Before(draft, name.Value) is null)
            faults.Add(name, $"{Subject} is made from '{name.Value}', which is derived and does not stand in front of it",
                "write that column first");
    }

    private ColumnDraft? Find(YamlText name) => columns.Find(name, $"'derive' of {Subject}");

    private void CannotBeRequired(YamlText source) => faults.Add(
        draft.Section.At("required"), $"{Subject} is required, but is made from '{source.Value}', which is not",
        $"write required: true at column '{source.Value}'");
}
