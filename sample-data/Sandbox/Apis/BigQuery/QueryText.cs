using System.Text.RegularExpressions;

namespace Pipeline.Sandbox.Apis.BigQuery;

/// <summary>The one form of query that is understood: columns of a table, and a day.</summary>
/// <param name="Columns">Empty for all.</param>
/// <param name="Table">Without its project.</param>
internal sealed partial record QueryText(IReadOnlyList<string> Columns, string Table)
{
    /// <summary>Reads a query.</summary>
    /// <param name="project">The project that may stand before the table.</param>
    /// <returns>Null when it is of another form.</returns>
    public static QueryText? Parse(string query, string project)
    {
        var form = Form().Match(query);
        if (!form.Success) return null;
        var columns = form.Groups["columns"].Value;
        var table = form.Groups["table"].Value;
        if (table.StartsWith($"{project}.", StringComparison.Ordinal)) table = table[(project.Length + 1)..];
        if (table.EndsWith('*') != form.Groups["suffix"].Success) return null;
        return new(columns == "*" ? [] : [.. columns.Split(", ").Select(column => column.Trim('`'))], table);
    }

    [GeneratedRegex(@"\ASELECT (?<columns>\*|`\w+`(, `\w+`)*) FROM `(?<table>[\w.:*-]+)` WHERE (`event_date` = @day|(?<suffix>_TABLE_SUFFIX = FORMAT_DATE\('%Y%m%d', @day\)))\z")]
    private static partial Regex Form();
}
