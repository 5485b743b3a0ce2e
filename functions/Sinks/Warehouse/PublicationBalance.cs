using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Sinks.Warehouse;

/// <summary>Refuses to commit a result that does not account for every record of its segments.</summary>
internal static class PublicationBalance
{
    /// <summary>Compares the result with itself and with the pinned segments.</summary>
    /// <exception cref="InvalidOperationException">Records were lost or counted twice: our own bug, so nothing is committed.</exception>
    public static void Require(PublicationAttempt attempt, PublicationResult result, DatasetContract contract)
    {
        var counts = result.Counts;
        var landed = attempt.Segments.Sum(segment => (long)segment.Records);
        // Of providers' pages the rows of their slices are counted instead; how many rows a file has only its decoder knows.
        var isRowEach = attempt.Segments.All(segment => contract.IsRowEach(segment.Shard));
        if (attempt.Replay is { RefusedOf: not null } replay) Equal(attempt, "records in", counts.In, "refused records to replay", replay.Records);
        else if (isRowEach && attempt.Extractions.Count == 0) Equal(attempt, "records in", counts.In, "records its segments hold", landed);
        if (attempt.Extractions.Count != 0)
            Equal(attempt, "rows out", counts.Out, "rows of its slices", result.Slices.Sum(slice => slice.Rows));
        Equal(attempt, "records in", counts.In, "rows out, duplicates and rejections", counts.Out + counts.Duplicates + counts.Rejected);
        Equal(attempt, "rows out", counts.Out, "rows in its data objects", Rows(result, ObjectRole.Data));
        Equal(attempt, "rejections", counts.Rejected, "records in its quarantine objects", Rows(result, ObjectRole.Quarantine));
        Equal(attempt, "rejections", counts.Rejected, "rejections by cause", result.Rejections.Sum(rejection => rejection.Records));
    }

    private static long Rows(PublicationResult result, ObjectRole role) => result.Objects.Where(made => made.Role == role).Sum(made => made.Rows);

    private static void Equal(PublicationAttempt attempt, string left, long leftCount, string right, long rightCount)
    {
        if (leftCount != rightCount)
            throw new InvalidOperationException(
                $"Publication {attempt.Plan.Id} of {attempt.Plan.Dataset} does not balance: {leftCount} {left}, {rightCount} {right}. Nothing was committed.");
    }
}
