using Pipeline.Domain.Slices;

namespace Pipeline.Sources.Slices;

/// <summary>Cuts days into windows.</summary>
public static class WindowPlan
{
    /// <summary>Windows of at most so many days that cover <c>[from, to]</c>, the latest first: what people look at comes first.</summary>
    public static IEnumerable<SliceWindow> Of(string source, string account, string stream, DateOnly from, DateOnly to, int days)
    {
        for (var last = to; last >= from; last = last.AddDays(-days))
        {
            var first = last.AddDays(1 - days);
            yield return new(source, account, stream, first < from ? from : first, last);
        }
    }
}
