using System.Text;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Json;

namespace Pipeline.Transforms.Csv;

/// <summary>Which field of a record holds what the contract reads.</summary>
internal sealed class CsvFields
{
    private readonly IReadOnlyList<string> names;

    private CsvFields(JsonDecodePlan plan, IReadOnlyList<string> names)
    {
        this.names = names;
        var places = plan.Paths.Select(PlaceOf).ToArray();
        Read = [.. places.Index().Where(each => each.Item >= 0).Select(each => (each.Item, each.Index))];
        Absent = [.. places.Index().Where(each => each.Item < 0).Select(each => each.Index)];
    }

    /// <summary>Fields a record has.</summary>
    public int Count => names.Count;

    /// <summary>Fields that are read, and the plan's slots their values go to.</summary>
    public (int Field, int Slot)[] Read { get; }

    /// <summary>Slots that no field fills.</summary>
    public int[] Absent { get; }

    /// <summary>Names, in UTF-8, that a file has and the contract does not.</summary>
    public byte[][] Unknown { get; private init; } = [];

    /// <summary>Why no record with these names can be read; null when they can.</summary>
    public Fault? Fault { get; private init; }

    /// <summary>Fields that the contract names itself.</summary>
    public static CsvFields OfContract(JsonDecodePlan plan) => new(plan, plan.Contract.Source.Csv!.Fields);

    /// <summary>Fields that a file's first line names. A path of the contract is the field of just this name, otherwise the one that is
    /// this name but for white space around it.</summary>
    public static CsvFields OfHeader(JsonDecodePlan plan, IReadOnlyList<string> names)
    {
        var fields = new CsvFields(plan, names);
        var read = fields.Read.Select(each => each.Field).ToHashSet();
        return new(plan, names)
        {
            Unknown = [.. names.Index().Where(name => !read.Contains(name.Index)).Select(name => Encoding.UTF8.GetBytes(name.Item))],
            Fault = fields.Missing(plan) ?? Twice(names, plan.Paths),
        };
    }

    // Fields without a name are many programs' way to end a line with a delimiter; nothing reads them. A name that the contract does not
    // have is not told: the first line of a file without names holds values.
    private static Fault? Twice(IReadOnlyList<string> names, IEnumerable<string> paths)
    {
        var twice = names.Where(name => name.Length != 0).GroupBy(name => name.Trim(), StringComparer.Ordinal)
            .Where(same => same.Count() > 1).Select(same => same.Key).ToHashSet(StringComparer.Ordinal);
        if (twice.Count == 0) return null;
        return paths.FirstOrDefault(twice.Contains) is { } name
            ? new(RejectionCode.DuplicateKey, name, $"The file's first line names the field '{name}' twice.")
            : new(RejectionCode.DuplicateKey, "", "The file's first line names a field twice that the contract does not read.");
    }

    private Fault? Missing(JsonDecodePlan plan)
    {
        var filled = Read.Select(each => plan.Paths[each.Slot]).ToHashSet(StringComparer.Ordinal);
        var column = plan.Contract.Columns.FirstOrDefault(column =>
            column is { Required: true, Derive: null, Defaults.Count: 0 } && !column.From.Any(filled.Contains));
        return column is null ? null : new(RejectionCode.Missing, column.From[0],
            $"The file's first line names no field '{column.From[0]}', which column '{column.Name}' requires.");
    }

    private int PlaceOf(string path)
    {
        var trimmed = -1;
        for (var i = names.Count - 1; i >= 0; i--)
        {
            if (names[i] == path) return i;
            if (names[i].Trim() == path) trimmed = i;
        }
        return trimmed;
    }
}
