using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Json.Fields;
using Pipeline.Transforms.Rates;

namespace Pipeline.Transforms.Json;

/// <summary>What a JSON decoder must look for and how each column takes its value: compiled once from a contract, shared by
/// decoders.</summary>
public sealed class JsonDecodePlan
{
    private readonly IReadOnlyList<ColumnPlan> columns;
    private readonly List<string> paths;
    private readonly HashSet<string> keptWhole;

    private readonly IRates? rates;
    private readonly TimeZoneInfo? accountZone;

    private JsonDecodePlan(DatasetContract contract, IRates? rates, TimeZoneInfo? accountZone)
    {
        Contract = contract;
        (this.rates, this.accountZone) = (rates, accountZone);
        var unread = contract.Source.Pages?.Unread ?? [];
        paths = contract.Columns.SelectMany(column => column.From).Select(ListSelection.ListOf).Concat(unread)
            .Distinct(StringComparer.Ordinal).ToList();
        keptWhole = contract.Columns.SelectMany(column =>
            column.From.Where(path => column.Type.Kind == ColumnKind.Json || path.Contains('[')))
            .Select(ListSelection.ListOf).Concat(unread).ToHashSet();
        columns = [.. contract.Columns.Select((column, index) =>
            new ColumnPlan(contract, column, index, [.. column.From.Select(path => paths.IndexOf(ListSelection.ListOf(path)))]))];
        Zone = contract.Source.TimeZone is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : null;
    }

    /// <summary>The contract it was compiled from.</summary>
    public DatasetContract Contract { get; }

    /// <summary>The path each slot's value stands at.</summary>
    internal IReadOnlyList<string> Paths => paths;

    internal int Slots => paths.Count;

    internal int MaxDepth => Contract.Limits.MaxDepth;

    /// <summary>Zone of timestamps that carry none; null refuses them.</summary>
    internal TimeZoneInfo? Zone { get; }

    /// <summary>Compiles a validated contract.</summary>
    /// <exception cref="TimeZoneNotFoundException">This machine does not know the contract's zone.</exception>
    /// <param name="contract">Of one source (<see cref="DatasetContract.For"/>).</param>
    /// <param name="rates">Exchange rates; needed where a column is made from them.</param>
    /// <param name="accountZone">The zone of the page's account; needed where a column is a local day or a local time.</param>
    public static JsonDecodePlan Compile(DatasetContract contract, IRates? rates = null, TimeZoneInfo? accountZone = null) =>
        new(contract, rates, accountZone);

    /// <summary>A tree of the paths, for one scanner: it learns other names too.</summary>
    /// <returns>The root and the number of nodes.</returns>
    internal (PlanNode Root, int Nodes) NewTree() => PlanNode.Tree(paths, keptWhole);

    /// <summary>Decoders of the columns that are read, in contract order.</summary>
    internal FieldDecoder[] FieldDecoders(DecodeScratch scratch) =>
        [.. columns.Where(column => column.Spec.Derive is null).Select(column => FieldDecoder.For(column, Zone, accountZone, scratch))];

    /// <summary>Makers of the columns that are derived, in contract order.</summary>
    internal DerivedColumn[] DerivedColumns() =>
        [.. columns.Where(column => column.Spec.Derive is not null).Select(column => DerivedColumn.For(column, rates, accountZone))];
}
