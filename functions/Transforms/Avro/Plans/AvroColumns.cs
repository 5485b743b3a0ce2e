using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Avro.Schemas;
using Pipeline.Transforms.Json.Fields;
using Pipeline.Transforms.Rates;

namespace Pipeline.Transforms.Avro.Plans;

/// <summary>What the columns of a contract read of Avro records, whatever schema those were written under.</summary>
internal sealed class AvroColumns
{
    /// <summary>The path of the record as a whole, without the list that rows are made of.</summary>
    public const string WholeRecord = ".";

    private readonly IReadOnlyList<ColumnPlan> columns;
    private readonly IRates? rates;
    private readonly TimeZoneInfo? zone;

    /// <param name="contract">Of one source, whose format is Avro.</param>
    /// <param name="rates">Exchange rates; needed where a column is made from them.</param>
    public AvroColumns(DatasetContract contract, IRates? rates)
    {
        Contract = contract;
        this.rates = rates;
        zone = contract.Source.TimeZone is { } name ? TimeZoneInfo.FindSystemTimeZoneById(name) : null;
        var paths = contract.Columns.SelectMany(column => column.From).Select(ListSelection.ListOf).Distinct(StringComparer.Ordinal)
            .ToList();
        Slots = paths.Count;
        ItemSlots = [.. Enumerable.Range(0, Slots).Where(slot => IsOfItem(paths[slot]))];
        foreach (var column in contract.Columns)
            foreach (var path in column.From)
                Root.Add(ListSelection.ListOf(path), paths.IndexOf(ListSelection.ListOf(path)), column.Type.Kind,
                    column.Type.Kind == ColumnKind.Json || path.Contains('['));
        if (RowsOf is not null) Root.AddRows(RowsOf);
        columns = [.. contract.Columns.Select((column, index) =>
            new ColumnPlan(contract, column, index, [.. column.From.Select(path => paths.IndexOf(ListSelection.ListOf(path)))]))];
        Reader = contract.Source.Avro?.Schema is { } text ? AvroSchemaReader.ReadWriters(text) : null;
    }

    /// <summary>The contract.</summary>
    public DatasetContract Contract { get; }

    /// <summary>The record, with what is read of it below.</summary>
    public WantedPath Root { get; } = new("");

    /// <summary>The contract's reader schema; null where records are read as they were written.</summary>
    public AvroType? Reader { get; }

    /// <summary>The list whose items become rows; null where a record is a row.</summary>
    public string? RowsOf => Contract.Source.Avro?.RowsOf;

    /// <summary>Paths that are noted.</summary>
    public int Slots { get; }

    /// <summary>Those that are read of an item of <see cref="RowsOf"/>.</summary>
    public int[] ItemSlots { get; }

    private bool IsOfItem(string path) => RowsOf is { } list && (path == list || path.StartsWith(list + ".", StringComparison.Ordinal));

    /// <summary>Decoders of the columns that are read, in contract order.</summary>
    public FieldDecoder[] FieldDecoders()
    {
        var scratch = new DecodeScratch();
        return [.. columns.Where(column => column.Spec.Derive is null).Select(column => FieldDecoder.For(column, zone, null, scratch))];
    }

    /// <summary>Makers of the columns that are derived, in contract order.</summary>
    public DerivedColumn[] DerivedColumns() =>
        [.. columns.Where(column => column.Spec.Derive is not null).Select(column => DerivedColumn.For(column, rates, null))];
}
