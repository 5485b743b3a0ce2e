using Pipeline.Transforms.Attribution;

namespace Pipeline.Sources.Attribution;

/// <summary>The correlation of a bucket's days, the users in as many parts as memory asks for; all is read anew for each part.</summary>
internal sealed class UserParts(
    BucketObjects objects, IReadOnlyList<DateOnly> days, int maxConversions, LakeEvents events, Campaigns campaigns)
{
    private readonly int count = (int)Math.Max(1, (objects.ConversionRows + maxConversions - 1) / maxConversions);
    private Correlation? only;

    /// <summary>Hands out each part, resolved; a single one is computed once, however often it is asked for.</summary>
    /// <param name="take">Takes the part, its number, and whether it is the last; it is not kept beyond.</param>
    public async Task EachAsync(Func<Correlation, int, bool, Task> take, CancellationToken stopping)
    {
        if (only is not null)
        {
            await take(only, 0, true);
            return;
        }
        var correlation = new Correlation(campaigns, days, count);
        for (var part = 0; part < count; part++)
        {
            if (part > 0) correlation = correlation.Next();
            await events.FeedAsync(objects, correlation, stopping);
            await take(correlation, part, part == count - 1);
        }
        if (count == 1) only = correlation;
    }
}
