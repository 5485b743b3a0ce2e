using System.Globalization;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts;

/// <summary>What a dataset's rows must be like, as the data dictionary tells it.</summary>
internal static class QualityWords
{
    /// <summary>One fact a rule; what only its own history bounds is not told.</summary>
    public static IEnumerable<string> Of(DatasetContract contract)
    {
        var quality = contract.Quality;
        var withholds = contract.Table is { Mode: TableMode.ReplaceSlice };
        if (withholds) yield return $"a slice of which more than {Percent(quality.MaxRejectRatio)} of the rows are refused is withheld";
        else if (contract.Quality != new QualitySpec()) yield return $"at most {Percent(quality.MaxRejectRatio)} of the rows are refused";
        if (quality.MaxDuplicateRatio is { } duplicates) yield return $"at most {Percent(duplicates)} of the rows are duplicates";
        if (quality.MaxDelay is { } delay) yield return $"the newest event is at most {RuleWords.Length(delay)} old";
        if (quality.VolumeOf.Count > 0 || quality.VolumeDeviation != new QualitySpec().VolumeDeviation)
            yield return $"rows{string.Concat(quality.VolumeOf.Select(column => $", `{column}`"))} of {(withholds ? "a day" : "an hour")} "
                + Usual(quality.VolumeDeviation);
        foreach (var column in quality.Columns) yield return Bounds(column);
        foreach (var ratio in quality.Ratios) yield return $"{ratio.Name}, `{ratio.Of}` to `{ratio.To}`, {Usual(ratio.Deviation)}";
        foreach (var agreement in quality.Agreements)
            yield return $"{agreement.Name}, `{agreement.Column}` of `{agreement.Stream}` to "
                + (agreement.WithStream is { } stream ? $"that of `{stream}`" : $"the rows of `{agreement.WithDataset}`")
                + $", at most {Percent(agreement.Deviation)} from what is usual";
    }

    private static string Usual(double deviation) =>
        $"at most {Percent(deviation)} below what is usual, at most {Number(Math.Round(1 / (1 - deviation), 2))} times it";

    private static string Bounds(ColumnBounds column)
    {
        var range = (column.Min, column.Max) switch
        {
            (null, null) => null,
            ({ } min, null) => $"at least {Number(min)}",
            (null, { } max) => $"at most {Number(max)}",
            ({ } min, { } max) => $"from {Number(min)} to {Number(max)}",
        };
        var nulls = column.MaxNullRatio is { } ratio ? $"missing in at most {Percent(ratio)} of the rows" : null;
        return $"`{column.Column}` {string.Join(", ", new[] { range, nulls }.OfType<string>())}";
    }

    private static string Percent(double ratio) => string.Create(CultureInfo.InvariantCulture, $"{ratio * 100:0.##} %");

    private static string Number(double number) => number.ToString("#,##0.######", CultureInfo.InvariantCulture);
}
