using System.Globalization;
using System.Text;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Slices;
using Pipeline.Transforms.Lake;

namespace Pipeline.Transforms.Slices;

/// <summary>Names the folders by which the lake tells slices apart, alike for a slice and for an object's key.</summary>
public sealed class SliceFolder
{
    private readonly DatasetContract contract;
    private readonly List<(string Prefix, Func<SliceWindow, string> Value)> columns = [];

    private SliceFolder(DatasetContract contract, SliceColumns slice)
    {
        this.contract = contract;
        foreach (var name in contract.Lake.PartitionBy)
            if (ValueOf(name, slice) is { } value) columns.Add((name, value));
    }

    /// <summary>Null for a dataset whose slices are not replaced.</summary>
    public static SliceFolder? Of(DatasetContract contract) =>
        contract.Table is { Mode: TableMode.ReplaceSlice, Slice: { } slice } ? new(contract, slice) : null;

    /// <summary>The folders of a window's first day: <c>ad_performance/report_date=2026-10-01/account_id=act_1/level=ad</c>.</summary>
    public string OfSlice(SliceWindow day) => string.Join('/', columns.Select(column =>
        HivePath.Folder(column.Prefix, Encoding.UTF8.GetBytes(column.Value(day)))).Prepend(contract.Dataset));

    /// <summary>The folders of the slice that an object's rows belong to, other columns' folders left out.</summary>
    public string OfKey(string key)
    {
        var folders = key.Split('/')[1..^1];
        return string.Join('/', columns.Select(column =>
            folders.First(folder => folder.StartsWith($"{column.Prefix}=", StringComparison.Ordinal))).Prepend(contract.Dataset));
    }

    private static Func<SliceWindow, string>? ValueOf(string column, SliceColumns slice)
    {
        if (column == slice.Day) return each => each.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        if (column == slice.Account) return each => each.Account;
        if (column == slice.Stream) return each => each.Stream;
        return column == slice.Source ? each => each.Source : null;
    }
}
