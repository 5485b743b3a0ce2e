using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Slices;

namespace Pipeline.Transforms.Slices;

/// <summary>What happens to the rows of a day of an extraction.</summary>
internal enum SliceFate
{
    /// <summary>They are published.</summary>
    Taken,

    /// <summary>A newer extraction was or is published in their place.</summary>
    Stale,

    /// <summary>They are refused together.</summary>
    Withheld,
}

/// <summary>Decides for each day of a publication's extractions which one's rows are taken: the newest that is not withheld.</summary>
internal sealed class SliceChoice
{
    private readonly Dictionary<(long Extraction, DateOnly Day), SliceFate> fates = [];

    public SliceChoice(DatasetContract contract, IReadOnlyList<PinnedExtraction> extractions)
    {
        var replaces = contract.Table?.Mode == TableMode.ReplaceSlice;
        var taken = new HashSet<(string, string, string, DateOnly)>();
        foreach (var extraction in extractions.OrderByDescending(each => each.Id))
        {
            foreach (var day in DaysOf(extraction.Window))
                fates[(extraction.Id, day)] = FateOf(extraction, day, replaces, taken);
        }
    }

    /// <summary>The days of an extraction that are taken, ascending.</summary>
    public IEnumerable<DateOnly> Taken(PinnedExtraction extraction) =>
        DaysOf(extraction.Window).Where(day => fates[(extraction.Id, day)] == SliceFate.Taken);

    /// <summary>The fate of a day that lies in the extraction's window.</summary>
    public SliceFate this[long extraction, DateOnly day] => fates[(extraction, day)];

    /// <summary>All days of a window.</summary>
    public static IEnumerable<DateOnly> DaysOf(SliceWindow window) => Enumerable.Range(0, window.Days).Select(window.From.AddDays);

    private static SliceFate FateOf(
        PinnedExtraction extraction, DateOnly day, bool replaces, HashSet<(string, string, string, DateOnly)> taken)
    {
        if (replaces && !extraction.Days.Contains(day) && !extraction.Withheld.ContainsKey(day)) return SliceFate.Stale;
        if (extraction.Withheld.ContainsKey(day)) return SliceFate.Withheld;
        if (!replaces) return SliceFate.Taken;
        var window = extraction.Window;
        return taken.Add((window.Source, window.Account, window.Stream, day)) ? SliceFate.Taken : SliceFate.Stale;
    }
}
