using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Domain.Slices;

namespace Pipeline.Sources.BigQuery;

/// <summary>The query of one day of a stream, and the job that runs it.</summary>
/// <param name="JobId">Follows from what is asked and why: the same extraction finds its job again, and nobody pays twice.</param>
/// <param name="Sql">GoogleSQL with the parameter <c>@day</c>.</param>
/// <param name="Day">The parameter.</param>
internal sealed record DayQuery(string JobId, string Sql, DateOnly Day)
{
    /// <summary>The query of an extraction's day.</summary>
    /// <param name="tries">Jobs of the extraction that failed before: a failed job's id is used up.</param>
    public static DayQuery Of(BigQueryStream stream, Extraction extraction, int tries)
    {
        var (window, sql) = (extraction.Window, SqlOf(stream));
        var asked = string.Create(
            CultureInfo.InvariantCulture,
            $"{window.Account}\n{window.Stream}\n{window.From:O}\n{extraction.Id}\n{extraction.BegunAt.UtcTicks}\n{sql}\n{tries}");
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(asked)));
        return new($"pipeline_{window.From:yyyyMMdd}_{hash[..32]}", sql, window.From);
    }

    // Names come from settings that were checked for their letters; backticks quote them: https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
    private static string SqlOf(BigQueryStream stream)
    {
        var columns = stream.Columns.Count == 0 ? "*" : string.Join(", ", stream.Columns.Select(Quote));
        var day = stream.IsDaily ? "_TABLE_SUFFIX = FORMAT_DATE('%Y%m%d', @day)" : $"{Quote(stream.DayColumn)} = @day";
        return $"SELECT {columns} FROM {Quote(stream.Table)} WHERE {day}";
    }

    private static string Quote(string name) => $"`{name}`";
}
