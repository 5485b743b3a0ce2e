using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Slices;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Slices;

/// <summary>The columns by which a row tells its slice, compared with what was asked for.</summary>
internal sealed class SliceKeys
{
    private readonly string dayName;
    private readonly (string Name, int Column, Func<SliceWindow, string> Asked)[] texts;
    private SliceWindow? window;
    private byte[][] asked = [];

    private SliceKeys(DatasetContract contract, SliceColumns slice)
    {
        (dayName, DayColumn) = (slice.Day, contract.IndexOf(slice.Day));
        texts =
        [
            .. slice.Source is { } source ? [(source, contract.IndexOf(source), each => each.Source)] : Array.Empty<(string, int, Func<SliceWindow, string>)>(),
            (slice.Account, contract.IndexOf(slice.Account), each => each.Account),
            (slice.Stream, contract.IndexOf(slice.Stream), each => each.Stream),
        ];
    }

    /// <summary>The day's column in the contract.</summary>
    public int DayColumn { get; }

    /// <summary>Null for a dataset whose slices are not replaced.</summary>
    public static SliceKeys? Of(DatasetContract contract) =>
        contract.Table is { Mode: TableMode.ReplaceSlice, Slice: { } slice } ? new(contract, slice) : null;

    /// <summary>The row's day; it is not null where <see cref="Outside"/> found nothing.</summary>
    public DateOnly DayOf(RecordBatch batch, int row) => DateOnly.FromDayNumber(Days(batch).Values[row] + UnixDay);

    /// <summary>The first column by which a row lies outside of a window; null when it lies inside.</summary>
    public string? Outside(RecordBatch batch, int row, SliceWindow window)
    {
        if (!ReferenceEquals(window, this.window)) Ask(window);
        for (var i = 0; i < texts.Length; i++)
        {
            var column = (TextColumn)batch.Columns[texts[i].Column];
            if (column.IsNull(row) || !column[row].SequenceEqual(asked[i])) return texts[i].Name;
        }
        var days = Days(batch);
        var day = days.IsNull(row) ? int.MinValue : days.Values[row];
        return day >= window.From.DayNumber - UnixDay && day <= window.To.DayNumber - UnixDay ? null : dayName;
    }

    private static int UnixDay { get; } = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private FixedColumn<int> Days(RecordBatch batch) => (FixedColumn<int>)batch.Columns[DayColumn];

    private void Ask(SliceWindow asking)
    {
        window = asking;
        asked = [.. texts.Select(text => Encoding.UTF8.GetBytes(text.Asked(asking)))];
    }
}
