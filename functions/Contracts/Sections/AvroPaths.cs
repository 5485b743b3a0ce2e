using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;
using Pipeline.Transforms.Avro;

namespace Pipeline.Contracts.Sections;

/// <summary>What the columns read of Avro records: fields that the schema has, the record as a whole only as JSON.</summary>
internal static class AvroPaths
{
    /// <summary>Reports all that is wrong.</summary>
    public static void Check(IReadOnlyList<ColumnDraft> columns, SourceList sources, FaultList faults)
    {
        var reported = new HashSet<YamlText>(ReferenceEqualityComparer.Instance);
        foreach (var source in sources.Specs.Where(source => source.Format == RecordFormat.Avro))
        {
            var schema = source.Avro?.Schema is { } text ? AvroOutline.Read(text, out _) : null;
            foreach (var column in columns)
                foreach (var path in column.From.GetValueOrDefault(source.Kind, []))
                    if (Fault(path, column, schema, source.Avro?.RowsOf) is var (message, remedy) && reported.Add(path))
                        faults.Add(path, $"{column.Section.Subject} reads '{path.Value}', {message}", remedy);
        }
    }

    private static (string Message, string Remedy)? Fault(YamlText path, ColumnDraft column, AvroOutline? schema, string? rowsOf)
    {
        if (path.Value == PathText.WholeRecord)
            return column.Type is { Kind: not ColumnKind.Json } ? ("which is the whole record", "make the column json") : null;
        return schema?.Has(PathText.Plain(path.Value), rowsOf) == false
            ? ("which the schema does not have", "read a field of the schema, or add it there")
            : null;
    }
}
