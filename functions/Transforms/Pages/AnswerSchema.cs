using Pipeline.Domain.Datasets;

namespace Pipeline.Transforms.Pages;

/// <summary>The columns that an answer tells of itself, and whether those that the contract reads are among them.</summary>
/// <remarks>A column that was renamed or dropped upstream would otherwise be null in every row, and nobody would know.</remarks>
internal sealed class AnswerSchema(DatasetContract contract)
{
    private const string Stamped = "_slice.";

    private readonly IReadOnlyList<ColumnSpec> read =
        [.. contract.Columns.Where(column => column.From.Count != 0 && !column.From.All(path => path.StartsWith(Stamped, StringComparison.Ordinal)))];

    private byte[] last = [];
    private PageFault? verdict;

    /// <summary>The columns of the answer that was checked last.</summary>
    public IReadOnlyList<SchemaField> Fields { get; private set; } = [];

    /// <summary>Takes an answer's schema.</summary>
    /// <returns>Why the answer is refused; null when it has every column that the contract reads.</returns>
    public PageFault? Check(ReadOnlySpan<byte> schema)
    {
        if (schema.SequenceEqual(last)) return verdict;
        last = schema.ToArray();
        if (SchemaField.Read(last) is not { } fields)
        {
            Fields = [];
            return verdict = PageFault.OfEnvelope("schema", "The answer's schema is not a list of fields with names.");
        }
        Fields = fields;
        var missing = read.FirstOrDefault(column => !column.From.Any(path => Has(fields, path)));
        return verdict = missing is null ? null : PageFault.OfEnvelope(
            missing.From[0], $"The answer has no column '{missing.From[0]}', which column '{missing.Name}' reads.");
    }

    // Within a list and within JSON nobody knows what a row has.
    private static bool Has(IReadOnlyList<SchemaField> fields, string path)
    {
        foreach (var name in path.Split('.'))
        {
            var field = fields.FirstOrDefault(each => each.Name == name.Split('[')[0]);
            if (field is null) return false;
            if (field.Kind != CellKind.Record || field.IsRepeated) return true;
            fields = field.Parts;
        }
        return true;
    }
}
