using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Slices;

/// <summary>The slices withheld in earlier rounds of a publication.</summary>
internal sealed class WithheldSlices(DatasetContract contract)
{
    private readonly Dictionary<(long Extraction, DateOnly Day), string> reasons = [];

    /// <summary>Adds what a round found.</summary>
    public void Add(IEnumerable<SliceOutcome> slices)
    {
        foreach (var slice in slices) reasons.Add((slice.ExtractionId, slice.Day), slice.Withheld!);
    }

    /// <summary>The attempt, its extractions knowing what is withheld.</summary>
    public PublicationAttempt In(PublicationAttempt attempt) => reasons.Count == 0 ? attempt : attempt with
    {
        Extractions = [.. attempt.Extractions.Select(each => each with { Withheld = Of(each) })],
    };

    // Where a row does not tell its day, the verdict on the last day is the verdict on all.
    private Dictionary<DateOnly, string> Of(PinnedExtraction extraction)
    {
        var replaces = contract.Table?.Mode == TableMode.ReplaceSlice;
        return SliceChoice.DaysOf(extraction.Window)
            .Select(day => (Day: day, Reason: reasons.GetValueOrDefault((extraction.Id, replaces ? day : extraction.Window.To))))
            .Where(each => each.Reason is not null).ToDictionary(each => each.Day, each => each.Reason!);
    }
}
