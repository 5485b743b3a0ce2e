using System.Text.RegularExpressions;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>A column's <c>derive</c> as it is written.</summary>
/// <param name="Column">The text that names the column it is made from.</param>
/// <param name="Other">The text that names the second one; null where there is none.</param>
internal sealed record DerivationDraft(DerivationKind Kind, YamlText Column, YamlText? Other)
{
    /// <summary>The columns it is made from.</summary>
    public IEnumerable<YamlText> Columns => Other is null ? [Column] : [Column, Other];

    /// <summary>What people write: <c>date(…)</c>.</summary>
    public string Form => Kind switch
    {
        DerivationKind.LocalDate => "local_date(…)",
        DerivationKind.FxRate => "fx_rate(…)",
        DerivationKind.Times => "times(…)",
        DerivationKind.PreviousMask => "previous_mask(…)",
        _ => "date(…)",
    };
}

/// <summary>Reads a column's <c>derive</c>.</summary>
internal static partial class DerivationText
{
    private static readonly Words Derivations = new(
        "derivation", "date(column)", "local_date(column)", "fx_rate(currency, day)", "times(column, column)",
        "previous_mask(column)");

    /// <summary>The derivation; null when there is none or it is bad, which is reported.</summary>
    public static DerivationDraft? Read(Section section)
    {
        if (section.Text("derive") is not { } text) return null;
        var form = DerivationForm().Match(text.Value);
        DerivationKind? kind = !form.Success ? null : (form.Groups[1].Value, form.Groups[3].Success) switch
        {
            ("date", false) => DerivationKind.Date,
            ("local_date", false) => DerivationKind.LocalDate,
            ("previous_mask", false) => DerivationKind.PreviousMask,
            ("fx_rate", true) => DerivationKind.FxRate,
            ("times", true) => DerivationKind.Times,
            _ => null,
        };
        if (kind is { } known)
            return new(
                known, text with { Value = form.Groups[2].Value }, form.Groups[3].Success ? text with { Value = form.Groups[3].Value } : null);
        section.Faults.Add(text, $"'derive' of {section.Subject} is {FaultList.Quote(text.Value)}", Derivations.InsteadOf(text.Value));
        return null;
    }

    [GeneratedRegex(@"\A(\w+)\s*\(\s*([^(),\s]+)\s*(?:,\s*([^(),\s]+)\s*)?\)\z")] private static partial Regex DerivationForm();
}
