using System.Text.RegularExpressions;
using Pipeline.Sources.BigQuery;

namespace Pipeline.App.Settings;

/// <summary>Checks <see cref="BigQueryOptions"/>. Names go into queries, and are held to the letters that need no more than backticks.</summary>
public sealed partial class BigQuerySettingsValidator : SourceSettingsValidator<BigQueryOptions>
{
    /// <inheritdoc/>
    protected override string Section => "BigQuery";

    /// <inheritdoc/>
    protected override IEnumerable<string> Faults(BigQueryOptions options)
    {
        if (options.Project.Length == 0) yield break;
        if (!ProjectName().IsMatch(options.Project)) yield return $"Project is '{options.Project}'; write the project's id, such as shop-analytics.";
        if (!LocationName().IsMatch(options.Location)) yield return $"Location is '{options.Location}'; write where the tables lie, such as US or europe-west3.";
        if (options.ServiceAccountFile.Length == 0) yield return "ServiceAccountFile is not set; mount a service account's key there.";
        if (options.TokenUrl.Scheme != Uri.UriSchemeHttps && !options.TokenUrl.IsLoopback)
            yield return "TokenUrl leaves this machine without TLS; write an https address.";
        if (options.Streams.Count == 0) yield return "Streams names no table: there is nothing to read.";
        foreach (var twice in options.Streams.GroupBy(stream => stream.Name).Where(same => same.Count() > 1)) yield return $"Streams has '{twice.Key}' twice.";
        for (var i = 0; i < options.Streams.Count; i++)
            foreach (var fault in Faults(options.Streams[i])) yield return $"Streams:{i}:{fault}";
    }

    private static IEnumerable<string> Faults(BigQueryStream stream)
    {
        if (stream.Name.Length == 0) yield return "Name is not set.";
        if (!TableName().IsMatch(stream.Table)) yield return $"Table is '{stream.Table}'; write dataset.table or project.dataset.table, with * at its end for daily tables.";
        if (stream.IsDaily && stream.DayColumn.Length > 0) yield return "DayColumn stands beside daily tables, whose names tell the day; remove it.";
        if (!stream.IsDaily && !ColumnName().IsMatch(stream.DayColumn)) yield return $"DayColumn is '{stream.DayColumn}'; write the DATE column that tells a row's day.";
        foreach (var column in stream.Columns.Where(column => !ColumnName().IsMatch(column))) yield return $"Columns has '{column}', which is no column's name.";
    }

    [GeneratedRegex(@"\A[a-z0-9.:-]{1,100}\z")]
    private static partial Regex ProjectName();

    [GeneratedRegex(@"\A[A-Za-z0-9-]{1,50}\z")]
    private static partial Regex LocationName();

    [GeneratedRegex(@"\A([A-Za-z0-9:-]+\.)?[A-Za-z0-9_]+\.[A-Za-z0-9_-]+\*?\z")]
    private static partial Regex TableName();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,299}\z")]
    private static partial Regex ColumnName();
}
