using System.Globalization;
using Pipeline.Domain.Quality;

namespace Pipeline.Transforms.Quality;

/// <summary>The query that shows a finding, ready to be pasted into psql.</summary>
internal sealed class FactQueries(string dataset)
{
    public string Landed(DateTimeOffset since) =>
        $"SELECT hour, sum(records) AS records FROM pipeline.landing_hour WHERE dataset = {Text(dataset)} AND hour >= {Instant(since)} "
        + "GROUP BY hour ORDER BY hour";

    public string Shards(DateTimeOffset since) =>
        $"SELECT shard, max(hour) AS last_hour, sum(records) AS records FROM pipeline.landing_hour WHERE dataset = {Text(dataset)} AND "
        + $"hour >= {Instant(since)} GROUP BY shard ORDER BY last_hour, shard";

    public string Segments(string shard) =>
        $"SELECT positions, state, landed_at FROM pipeline.segment WHERE dataset = {Text(dataset)} AND shard = {Text(shard)} ORDER BY "
        + "positions";

    public string Published(DateTimeOffset since) =>
        $"SELECT hour, rows_in, duplicates, rejected, watermark FROM pipeline.quality_hour WHERE dataset = {Text(dataset)} AND hour >= "
        + $"{Instant(since)} ORDER BY hour";

    public string Rejections(DateTimeOffset since) =>
        "SELECT code, field, sum(records) AS records FROM pipeline.rejection JOIN pipeline.publication ON publication.id = "
        + $"publication_id WHERE publication.dataset = {Text(dataset)} AND committed_at >= {Instant(since)} "
        + "GROUP BY code, field ORDER BY records DESC";

    public string Column(string column, DateTimeOffset since) =>
        $"SELECT hour, rows, nulls, outside, total FROM pipeline.column_hour WHERE dataset = {Text(dataset)} AND column_name = "
        + $"{Text(column)} AND hour >= {Instant(since)} ORDER BY hour";

    public string Slices(SliceSeries series, DateOnly since) =>
        $"SELECT day, rows, first_at FROM pipeline.slice_day WHERE {Of(series)} AND day >= {Day(since)} ORDER BY day";

    public string SliceColumns(SliceSeries series, DateOnly since, params string[] columns) =>
        $"SELECT day, column_name, rows, nulls, outside, total FROM pipeline.slice_column WHERE {Of(series)} AND day >= {Day(since)} AND "
        + $"column_name IN ({string.Join(", ", columns.Select(Text))}) ORDER BY day, column_name";

    public string Streams(string source, string account, string column, DateOnly since) =>
        $"SELECT day, stream, total FROM pipeline.slice_column WHERE dataset = {Text(dataset)} AND source = {Text(source)} AND account = "
        + $"{Text(account)} AND column_name = {Text(column)} AND day >= {Day(since)} ORDER BY day, stream";

    public string Events(string stream, string column, string other, DateOnly since) =>
        $"SELECT day, told, (SELECT sum(rows) FROM pipeline.event_hour WHERE dataset = {Text(other)} AND hour >= day::timestamp AT TIME "
        + "ZONE 'UTC' AND hour < (day + 1)::timestamp AT TIME ZONE 'UTC') AS events FROM (SELECT day, sum(total) AS told FROM "
        + $"pipeline.slice_column WHERE dataset = {Text(dataset)} AND stream = {Text(stream)} AND column_name = {Text(column)} AND day "
        + $">= {Day(since)} GROUP BY day) AS days ORDER BY day";

    private string Of(SliceSeries series) =>
        $"dataset = {Text(dataset)} AND source = {Text(series.Source)} AND account = {Text(series.Account)} AND stream = "
        + $"{Text(series.Stream)}";

    private static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Instant(DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"timestamptz '{at.UtcDateTime:yyyy-MM-dd HH:mm}+00'");

    private static string Day(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"date '{day:yyyy-MM-dd}'");
}
