using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>A column's <c>derive</c> as it is written.</summary>
/// <param name="Column">The text that names the column it is made from.</param>
/// <param name="Other">The text that names the second one; null where there is none.</param>
internal sealed record DerivationDraft(DerivationKind Kind, YamlText Column, YamlText? Other)
{
    /// <summary>What is looked up; null for other kinds, and where the file is bad, which is reported.</summary>
    public LookupTable? Table { get; init; }

    /// <summary>Buckets; 0 for other kinds.</summary>
    public int Buckets { get; init; }

    /// <summary>The columns it is made from.</summary>
    public IEnumerable<YamlText> Columns => Other is null ? [Column] : [Column, Other];

    /// <summary>A row may lack the value although it has those it is made from.</summary>
    public bool MayFind => Kind is DerivationKind.FxRate or DerivationKind.PreviousMask or DerivationKind.Lookup
        or DerivationKind.RegisteredDomain or DerivationKind.Country;

    /// <summary>What people write: <c>date(…)</c>.</summary>
    public string Form => $"{DerivationText.NameOf(Kind)}(…)";

    /// <summary>As the contract holds it.</summary>
    public Derivation ToSpec() => new(Kind, Column.Value, Other?.Value) { Table = Table, Buckets = Buckets };
}

/// <summary>Reads a column's <c>derive</c>.</summary>
internal static partial class DerivationText
{
    private const int MaxBuckets = 65_536;

    private static readonly (DerivationKind Kind, string Name, string Arguments)[] Known =
    [
        (DerivationKind.Date, "date", "column"), (DerivationKind.LocalDate, "local_date", "column"),
        (DerivationKind.FxRate, "fx_rate", "currency, day"), (DerivationKind.Times, "times", "column, column"),
        (DerivationKind.Lookup, "lookup", "file.csv, key -> value"), (DerivationKind.Coalesce, "coalesce", "column, column"),
        (DerivationKind.RegisteredDomain, "registered_domain", "column"), (DerivationKind.Country, "country", "column"),
        (DerivationKind.Bucket, "bucket", "column, number"), (DerivationKind.PreviousMask, "previous_mask", "column"),
    ];

    private static readonly Words Derivations = new("derivation", [.. Known.Select(each => $"{each.Name}({each.Arguments})")]);

    /// <summary>The name of a kind.</summary>
    public static string NameOf(DerivationKind kind) => Known.First(each => each.Kind == kind).Name;

    /// <summary>The derivation; null when there is none or it is bad, which is reported.</summary>
    public static DerivationDraft? Read(Section section)
    {
        if (section.Text("derive") is not { } text) return null;
        var form = DerivationForm().Match(text.Value);
        var known = Known.FirstOrDefault(each => form.Success && each.Name == form.Groups[1].Value && Fits(each.Arguments, form));
        if (known.Name is null)
        {
            section.Faults.Add(text, $"'derive' of {section.Subject} is {FaultList.Quote(text.Value)}", Derivations.InsteadOf(text.Value));
            return null;
        }
        var (first, second) = (text with { Value = form.Groups[2].Value }, text with { Value = form.Groups[3].Value });
        return known.Kind switch
        {
            DerivationKind.Lookup => new(known.Kind, second, null)
            {
                Table = LookupFile.Read(first, second.Value, form.Groups[4].Value, section),
            },
            DerivationKind.Bucket => new(known.Kind, first, null) { Buckets = Buckets(second, section) },
            _ => new(known.Kind, first, form.Groups[3].Success ? second : null),
        };
    }

    private static bool Fits(string arguments, Match form) =>
        form.Groups[3].Success == arguments.Contains(',') && form.Groups[4].Success == arguments.Contains("->");

    private static int Buckets(YamlText number, Section section)
    {
        if (int.TryParse(number.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var buckets)
            && buckets is > 1 and <= MaxBuckets) return buckets;
        section.Faults.Add(number, $"'derive' of {section.Subject} asks for {FaultList.Quote(number.Value)} buckets",
            $"write a whole number from 2 to {MaxBuckets}");
        return 0;
    }

    [GeneratedRegex(@"\A(\w+)\s*\(\s*([^(),\s]+)\s*(?:,\s*([^(),\s]+?)\s*(?:->\s*([^(),\s]+)\s*)?)?\)\z")]
    private static partial Regex DerivationForm();
}
