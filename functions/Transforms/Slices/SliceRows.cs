using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;
using Pipeline.Domain.Slices;
using Pipeline.Transforms.Ports;

namespace Pipeline.Transforms.Slices;

/// <summary>Passes on the rows of slices that are taken, and finds the slices of which too many rows are refused.</summary>
/// <remarks>
/// Records the decoder refuses come through here on their way to the quarantine. One whose day is not known counts against every day of
/// its extraction, and one that may be a whole answer withholds them all: a day with a hole must not look like a full one.
/// </remarks>
internal sealed class SliceRows : IRejectionSink
{
    private readonly DatasetContract contract;
    private readonly IRejectionSink quarantine;
    private readonly SliceChoice choice;
    private readonly SliceKeys? keys;
    private readonly RefusedDay? refusedDay;
    private readonly Dictionary<long, (PinnedExtraction Extraction, SliceTally[] Days)> tallies;
    private int[] kept = [];

    private SliceRows(DatasetContract contract, PublicationAttempt attempt, IRejectionSink quarantine)
    {
        (this.contract, this.quarantine) = (contract, quarantine);
        choice = new(contract, attempt.Extractions);
        keys = SliceKeys.Of(contract);
        refusedDay = keys is null ? null : new(contract, keys.DayColumn);
        tallies = attempt.Extractions.ToDictionary(each => each.Id, each =>
            (each, Enumerable.Range(0, each.Window.Days).Select(_ => new SliceTally()).ToArray()));
    }

    /// <summary>Rows left out because a newer extraction has their slice.</summary>
    public long Duplicates { get; private set; }

    /// <summary>What became of each slice that was taken or withheld.</summary>
    public IReadOnlyList<SliceOutcome> Outcomes =>
    [
        .. from each in tallies.Values.OrderBy(each => each.Extraction.Id)
           from day in SliceChoice.DaysOf(each.Extraction.Window)
           let fate = choice[each.Extraction.Id, day]
           where fate != SliceFate.Stale
           let isTaken = fate == SliceFate.Taken
           select new SliceOutcome(
               each.Extraction.Id, day, isTaken ? TallyOf(each, day).Rows : 0, isTaken ? null : each.Extraction.Withheld[day]),
    ];

    /// <summary>Null when the attempt's segments hold no extractions.</summary>
    public static SliceRows? Of(DatasetContract contract, PublicationAttempt attempt, IRejectionSink quarantine) =>
        attempt.Extractions.Count == 0 ? null : new(contract, attempt, quarantine);

    /// <inheritdoc/>
    public void Refuse(in Rejection rejection)
    {
        quarantine.Refuse(rejection);
        Count(rejection, refusedDay?.Of(rejection.Record));
    }

    /// <summary>The rows of a batch that are published.</summary>
    /// <returns>The batch itself when all are, otherwise another one.</returns>
    public RecordBatch Keep(RecordBatch batch)
    {
        if (kept.Length < batch.Rows) kept = new int[batch.Rows * 2];
        var count = 0;
        for (var row = 0; row < batch.Rows; row++)
            if (IsKept(batch, row)) kept[count++] = row;
        return count == batch.Rows ? batch : batch.Take(kept.AsSpan(0, count));
    }

    /// <summary>The slices that must be withheld and are not yet, each with the reason. Ask when all rows were seen.</summary>
    public IReadOnlyList<SliceOutcome> Bad()
    {
        var limit = contract.Quality.MaxRejectRatio;
        var bad = new List<SliceOutcome>();
        foreach (var each in tallies.Values)
            foreach (var day in choice.Taken(each.Extraction))
                if (each.Days[day.DayNumber - each.Extraction.Window.From.DayNumber].Verdict(limit) is { } reason)
                    bad.Add(new(each.Extraction.Id, day, 0, reason));
        return bad;
    }

    private static SliceTally TallyOf((PinnedExtraction Extraction, SliceTally[] Days) each, DateOnly day) =>
        each.Days[day.DayNumber - each.Extraction.Window.From.DayNumber];

    private void Count(in Rejection rejection, DateOnly? day)
    {
        var (extraction, days) = tallies[Extraction.IdOf(rejection.Position)];
        if (day is { } known && known >= extraction.Window.From && known <= extraction.Window.To)
            days[known.DayNumber - extraction.Window.From.DayNumber].Refuse(rejection, wholeAnswer: false);
        else
            foreach (var tally in days) tally.Refuse(rejection, MayBeWholeAnswer(rejection));
    }

    // An answer is refused under its own position, which its first row has too; a row tells its day, unless that is what is wrong with it.
    private bool MayBeWholeAnswer(in Rejection rejection) => rejection.Code switch
    {
        RejectionCode.Envelope => true,
        RejectionCode.TableRefused or RejectionCode.OutsideSlice => false,
        _ => rejection.Field.Length == 0 || (keys is not null && rejection.Position % Extraction.MaxPageRows == 0),
    };

    private bool IsKept(RecordBatch batch, int row)
    {
        var position = batch.Positions.Values[row];
        var each = tallies[Extraction.IdOf(position)];
        if (keys is not null && keys.Outside(batch, row, each.Extraction.Window) is { } column)
        {
            var outside = new Rejection(
                RejectionCode.OutsideSlice, column, batch.Shard, position, $"The row's {column} is not what was asked for.", default);
            quarantine.Refuse(outside);
            Count(outside, day: null);
            return false;
        }
        // Without columns that tell a slice, the rows of an extraction are its last day's.
        var day = keys?.DayOf(batch, row) ?? each.Extraction.Window.To;
        switch (choice[each.Extraction.Id, day])
        {
            case SliceFate.Stale:
                Duplicates++;
                return false;
            case SliceFate.Withheld:
                quarantine.Refuse(new(
                    RejectionCode.SliceWithheld, "", batch.Shard, position, "The row's slice is withheld as a whole.", default));
                return false;
            default:
                TallyOf(each, day).Rows++;
                return true;
        }
    }
}
