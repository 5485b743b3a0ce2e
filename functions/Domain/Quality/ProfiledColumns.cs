using Pipeline.Domain.Datasets;

namespace Pipeline.Domain.Quality;

/// <summary>The columns whose contents are counted: those that a rule names, and of the others those that may be missing, of which only
/// nulls
/// are.</summary>
public static class ProfiledColumns
{
    /// <summary>The columns in the contract's order.</summary>
    public static IReadOnlyList<ProfiledColumn> Of(DatasetContract contract)
    {
        var quality = contract.Quality;
        var bounds = quality.Columns.ToDictionary(each => each.Column);
        HashSet<string> summed =
        [
            .. quality.VolumeOf, .. quality.Columns.Where(each => each.HasRange).Select(each => each.Column),
            .. quality.Ratios.SelectMany(each => new[] { each.Of, each.To }), .. quality.Agreements.Select(each => each.Column),
        ];
        return
        [
            .. contract.Columns.Select((column, index) => new ProfiledColumn(
                    index, column.Name, summed.Contains(column.Name), bounds.GetValueOrDefault(column.Name)))
                .Where(each => each.IsSummed || each.Bounds is not null || IsWatched(contract.Columns[each.Index])),
        ];
    }

    // What is derived misses where its source does, or where a pseudonym has no predecessor.
    private static bool IsWatched(ColumnSpec column) => !column.Required && column.Derive is null && column.Defaults.Count == 0;
}

/// <summary>A column whose contents are counted.</summary>
/// <param name="Index">Its place among the contract's columns.</param>
/// <param name="IsSummed">Whether its values are looked at, not only whether there are any.</param>
/// <param name="Bounds">What the contract says of it; null for nothing.</param>
public sealed record ProfiledColumn(int Index, string Name, bool IsSummed, ColumnBounds? Bounds);
