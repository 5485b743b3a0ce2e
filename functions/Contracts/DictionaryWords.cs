using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts;

/// <summary>Where records and values come from, as the data dictionary tells it.</summary>
public static class DictionaryWords
{
    /// <summary>A source.</summary>
    public static string Source(SourceSpec source) => source.Pages is { } pages ? Pages(source, pages) : Topic(source);

    /// <summary>What a column is made from.</summary>
    public static string Origin(ColumnSpec column, DatasetContract contract)
    {
        if (column.Derive is { } derive) return Derived(derive);
        var from = column.FromBySource is { } bySource
            ? string.Join("; ", contract.Sources.Where(source => bySource.ContainsKey(source.Kind))
                .Select(source => $"{source.Kind.Text()}: {Paths(bySource[source.Kind])}{Unit(column, source.Kind)}"))
            : $"{Paths(column.From)}{(column.Units.Count == 0 ? "" : Unit(column, contract.Source.Kind))}";
        return from + Form(column) + Default(column, contract) + Masked(column);
    }

    private static string Masked(ColumnSpec column) => column.Mask switch
    {
        null => "",
        { Kind: MaskKind.Hmac } mask => $"; pseudonym of the domain `{mask.Domain}`, for ever (hmac)",
        { Kind: MaskKind.AesSiv } mask => $"; pseudonym of the domain `{mask.Domain}`, which who may can turn back (aes_siv)",
        { Kind: MaskKind.TruncateIp } => "; its network only (truncate_ip)",
        _ => "; dropped",
    };

    private static string Topic(SourceSpec source)
    {
        var zone = source.TimeZone is null ? "timestamps must carry a zone" : $"timestamps without a zone are in {source.TimeZone}";
        return $"{Place(source)}, {Records(source)}; {zone}";
    }

    private static string Place(SourceSpec source) => source.Kind switch
    {
        SourceKind.Files => $"files in folder `{source.Folder}`",
        SourceKind.Sqs => $"SQS queue `{source.Queue}`",
        _ => $"{source.Kind} topic `{source.Topic}`",
    };

    private static string Records(SourceSpec source)
    {
        var format = source.Format.ToString().ToUpperInvariant();
        if (source.Avro is not { } avro)
            return source.Kind == SourceKind.Files ? $"{format} rows" : $"one {format} {(source.Format == RecordFormat.Json ? "object a record" : "record a message")}";
        var schema = avro.Schema is null
            ? "as their writers' schemas say"
            : $"read by the contract's schema{(avro.IsBare ? ", by which they are written" : "")}";
        return $"Avro records {schema}{(avro.RowsOf is { } list ? $", one row for each item of {Code(list)}" : "")}";
    }

    private static string Pages(SourceSpec source, PageSpec pages)
    {
        var streams = pages.Streams.Count == 0
            ? "all streams that no other dataset names"
            : $"streams {string.Join(", ", pages.Streams.Select(Code))}";
        var beside = pages.Envelope.Count == 0 ? "" : $" beside {string.Join(", ", pages.Envelope.Select(Code))}";
        var nulls = pages.Nulls.Count == 0 ? "" : $"; null is also written {string.Join(", ", pages.Nulls.Select(Null))}";
        return $"{source.Kind.Text()}, {streams}; records in {Paths(pages.Records)}{beside}{nulls}";
    }

    private static string Null(string text) => text.Length == 0 ? "as an empty text" : Code(text);

    private static string Derived(Derivation derive) => derive.Kind switch
    {
        DerivationKind.LocalDate => $"the day of `{derive.Column}` in the account's time zone",
        DerivationKind.FxRate => $"the rate of `{derive.Column}` on `{derive.Other}`",
        DerivationKind.PreviousMask => $"`{derive.Column}` under the key before, for a while behind a change of keys",
        DerivationKind.Times => $"`{derive.Column}` times `{derive.Other}`",
        DerivationKind.Lookup => $"the `{derive.Table!.Value}` of `{derive.Column}` in `reference/{derive.Table.File}`",
        DerivationKind.Coalesce => $"`{derive.Column}`, or `{derive.Other}` where that is missing or empty",
        DerivationKind.RegisteredDomain => $"the registered domain of `{derive.Column}`",
        DerivationKind.Country => $"the country that `{derive.Column}` names, as an ISO 3166-1 alpha-2 code",
        DerivationKind.Bucket => $"the bucket of `{derive.Column}`, one of {derive.Buckets}",
        _ => $"the UTC day of `{derive.Column}`",
    };

    private static string Unit(ColumnSpec column, SourceKind kind) =>
        column.Units.GetValueOrDefault(kind) == NumberUnit.Micros ? " in millionths" : "";

    private static string Form(ColumnSpec column) =>
        (column.Form == TimestampForm.CompactLocal ? ", fourteen digits in the account's time zone" : "")
        + (column.Rounded ? ", rounded" : "");

    private static string Default(ColumnSpec column, DatasetContract contract)
    {
        if (column.Defaults.Count == 0) return "";
        var same = column.Defaults.Values.Distinct().Count() == 1 && column.Defaults.Count == contract.Sources.Count;
        var values = same
            ? Value(column.Defaults.Values.First())
            : string.Join(", ", column.Defaults.Select(each => $"{Value(each.Value)} for {each.Key.Text()}"));
        var streams = column.RequiredIn.Count == 0 ? "" : $", but not in {string.Join(", ", column.RequiredIn.Select(Code))}";
        return $"; {values} where it is missing{streams}";
    }

    private static string Value(string json) => json == "\"\"" ? "an empty text" : Code(json);

    private static string Paths(IReadOnlyList<string> paths) => string.Join(", else ", paths.Select(Code));

    // A path can hold any character; two backticks outside keep one inside, and a bar would end the cell.
    private static string Code(string path) =>
        path.Contains('`') ? $"`` {DataDictionary.Cell(path)} ``" : $"`{DataDictionary.Cell(path)}`";
}
