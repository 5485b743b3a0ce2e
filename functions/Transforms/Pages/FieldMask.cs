using System.Text;
using Pipeline.Domain.Datasets;

namespace Pipeline.Transforms.Pages;

/// <summary>
/// The fields that an answer says it has. Records leave zeros out, so that a field the provider renamed looks like one that is zero
/// everywhere: the list tells the two apart.
/// </summary>
internal sealed class FieldMask(DatasetContract contract)
{
    private readonly IReadOnlyList<ColumnSpec> listed = [.. contract.Columns.Where(column => column.Listed && column.From.Count != 0)];
    private byte[] last = [];
    private PageFault? verdict;

    /// <summary>Whether the list names every field that a contract's column must have.</summary>
    /// <returns>The first that it does not name; null when there is none.</returns>
    public PageFault? Check(ReadOnlySpan<byte> mask)
    {
        if (listed.Count == 0) return null;
        if (mask.SequenceEqual(last)) return verdict;
        last = mask.ToArray();
        var fields = Encoding.UTF8.GetString(mask).Split(',').Select(Plain).ToHashSet(StringComparer.Ordinal);
        var missing = listed.FirstOrDefault(column => !column.From.Any(path => Names(fields, Plain(path))));
        return verdict = missing is null ? null : PageFault.OfEnvelope(
            missing.From[0], $"The answer does not list the field '{missing.From[0]}', which column '{missing.Name}' reads.");
    }

    // A field inside a listed one is listed too.
    private static bool Names(HashSet<string> fields, string path)
    {
        if (fields.Contains(path)) return true;
        for (var dot = path.IndexOf('.'); dot > 0; dot = path.IndexOf('.', dot + 1))
            if (fields.Contains(path[..dot])) return true;
        return false;
    }

    // Masks are written in camel case or with underscores, by version.
    private static string Plain(string path) => path.Trim().Replace("_", "").ToLowerInvariant();
}
