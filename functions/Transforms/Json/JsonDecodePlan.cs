using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Json.Fields;

namespace Pipeline.Transforms.Json;

/// <summary>What a JSON decoder must look for and how each column takes its value: compiled once from a contract, shared by
/// decoders.</summary>
public sealed class JsonDecodePlan
{
    private readonly IReadOnlyList<ColumnPlan> columns;

    private JsonDecodePlan(DatasetContract contract)
    {
        Contract = contract;
        var paths = contract.Columns.SelectMany(column => column.From).Distinct(StringComparer.Ordinal).ToList();
        var keptWhole = contract.Columns.Where(column => column.Type.Kind == ColumnKind.Json).SelectMany(column => column.From).ToHashSet();
        (Root, Nodes) = PlanNode.Tree(paths, keptWhole);
        Slots = paths.Count;
        columns = [.. contract.Columns.Select((column, index) =>
            new ColumnPlan(contract, column, index, [.. column.From.Select(path => paths.IndexOf(path))]))];
        Zone = contract.Source.TimeZone is { } zone ? TimeZoneInfo.FindSystemTimeZoneById(zone) : null;
    }

    /// <summary>The contract it was compiled from.</summary>
    public DatasetContract Contract { get; }

    internal PlanNode Root { get; }

    internal int Nodes { get; }

    internal int Slots { get; }

    internal int MaxDepth => Contract.Limits.MaxDepth;

    /// <summary>Zone of timestamps that carry none; null refuses them.</summary>
    internal TimeZoneInfo? Zone { get; }

    /// <summary>Compiles a validated contract.</summary>
    /// <exception cref="TimeZoneNotFoundException">This machine does not know the contract's zone.</exception>
    public static JsonDecodePlan Compile(DatasetContract contract) => new(contract);

    /// <summary>Decoders of the columns that are read, in contract order.</summary>
    internal FieldDecoder[] FieldDecoders(DecodeScratch scratch) =>
        [.. columns.Where(column => column.Spec.Derive is null).Select(column => FieldDecoder.For(column, Zone, scratch))];

    /// <summary>Makers of the columns that are derived, in contract order.</summary>
    internal DerivedDate[] DerivedDates() =>
        [.. columns.Where(column => column.Spec.Derive is not null)
            .Select(column => new DerivedDate(column.Index, Contract.IndexOf(column.Spec.Derive!.Column)))];
}
