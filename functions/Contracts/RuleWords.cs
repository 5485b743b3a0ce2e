using System.Globalization;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts;

/// <summary>What filters and dedupe do, as the data dictionary tells it.</summary>
public static class RuleWords
{
    /// <summary>A filter.</summary>
    public static string Filter(FilterSpec filter)
    {
        var values = string.Join(", ", filter.Values.Select(value => $"`{DataDictionary.Cell(value)}`"));
        var test = filter.Test switch
        {
            FilterTest.In => $"is {(filter.Values.Count == 1 ? "" : "one of ")}{values}",
            FilterTest.NotIn => $"is not {(filter.Values.Count == 1 ? "" : "one of ")}{values}",
            FilterTest.StartsWith => $"begins with {values}",
            FilterTest.EndsWith => $"ends with {values}",
            FilterTest.LessThan => $"is less than {values}",
            FilterTest.GreaterThan => $"is greater than {values}",
            _ => "is missing",
        };
        return $"rows whose `{filter.Column}` {test}, counted as `{filter.Name}`";
    }

    /// <summary>A dedupe.</summary>
    public static string Dedupe(DedupeSpec dedupe)
    {
        var key = string.Join(", ", dedupe.Key.Select(column => $"`{column}`"));
        var by = dedupe.Id is null ? key : $"`{dedupe.Id}`, or {key} where that is missing,";
        return $"of rows that are alike in {by} and at most {Length(dedupe.Window)} apart by `{dedupe.By}`, "
            + "the first that is published stays";
    }

    /// <summary>A length of time: <c>3 days</c>.</summary>
    public static string Length(TimeSpan window)
    {
        var (number, unit) = window.Ticks % TimeSpan.TicksPerDay == 0 ? (window.TotalDays, "day")
            : window.Ticks % TimeSpan.TicksPerHour == 0 ? (window.TotalHours, "hour") : (window.TotalMinutes, "minute");
        return string.Create(CultureInfo.InvariantCulture, $"{number} {unit}{(number == 1 ? "" : "s")}");
    }
}
