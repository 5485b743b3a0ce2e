using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Quality;
using Pipeline.Domain.Slices;
using Pipeline.Transforms.Slices;

namespace Pipeline.Transforms.Quality;

/// <summary>Counts what the published rows of a publication hold, column by column; of extractions, day by day.</summary>
internal sealed class ColumnProfiles
{
    private readonly DatasetContract contract;
    private readonly IReadOnlyList<ProfiledColumn> columns;
    private readonly SliceKeys? keys;
    private readonly IReadOnlyDictionary<long, PinnedExtraction> extractions;
    private readonly Dictionary<(long Extraction, DateOnly Day), ColumnTally[]> tallies = [];

    public ColumnProfiles(DatasetContract contract, PublicationAttempt attempt)
    {
        this.contract = contract;
        columns = ProfiledColumns.Of(contract);
        keys = SliceKeys.Of(contract);
        extractions = attempt.Extractions.ToDictionary(each => each.Id);
    }

    /// <summary>What was counted.</summary>
    public IReadOnlyList<ColumnProfile> Counted =>
    [
        .. tallies.SelectMany(each => each.Value.Select(tally => extractions.Count == 0
            ? tally.ToProfile(null, null) : tally.ToProfile(each.Key.Extraction, each.Key.Day))),
    ];

    /// <summary>Counts a batch's rows.</summary>
    public void Add(RecordBatch batch)
    {
        if (columns.Count == 0 || batch.Rows == 0) return;
        var first = 0;
        var slice = SliceOf(batch, 0);
        for (var row = 1; extractions.Count != 0 && row < batch.Rows; row++)
        {
            var next = SliceOf(batch, row);
            if (next == slice) continue;
            Add(slice, batch, first, row);
            (slice, first) = (next, row);
        }
        Add(slice, batch, first, batch.Rows);
    }

    private void Add((long, DateOnly) slice, RecordBatch batch, int from, int to)
    {
        if (!tallies.TryGetValue(slice, out var held))
            tallies[slice] = held = [.. columns.Select(column => new ColumnTally(column, contract.Columns[column.Index].Type))];
        foreach (var tally in held) tally.Add(batch, from, to);
    }

    // Without columns that tell a slice, the rows of an extraction are its last day's.
    private (long Extraction, DateOnly Day) SliceOf(RecordBatch batch, int row)
    {
        if (extractions.Count == 0) return default;
        var extraction = Extraction.IdOf(batch.Positions.Values[row]);
        return (extraction, keys?.DayOf(batch, row) ?? extractions[extraction].Window.To);
    }
}
