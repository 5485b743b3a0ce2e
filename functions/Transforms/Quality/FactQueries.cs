using Pipeline.Domain.Quality;
using static Pipeline.Domain.Alerts.SqlLiteral;

namespace Pipeline.Transforms.Quality;

/// <summary>The query that shows a finding, ready to be pasted into psql.</summary>
internal sealed class FactQueries(string dataset)
{
    public string Landed(DateTimeOffset since) =>
        $"SELECT hour, sum(records) AS records FROM pipeline.landing_hour WHERE dataset = {Of(dataset)} AND hour >= {Of(since)} "
        + "GROUP BY hour ORDER BY hour";

    public string Shards(DateTimeOffset since) =>
        $"SELECT shard, max(hour) AS last_hour, sum(records) AS records FROM pipeline.landing_hour WHERE dataset = {Of(dataset)} AND "
        + $"hour >= {Of(since)} GROUP BY shard ORDER BY last_hour, shard";

    public string Segments(string shard) =>
        $"SELECT positions, state, landed_at FROM pipeline.segment WHERE dataset = {Of(dataset)} AND shard = {Of(shard)} ORDER BY "
        + "positions";

    public string Published(DateTimeOffset since) =>
        $"SELECT hour, rows_in, duplicates, rejected, watermark FROM pipeline.quality_hour WHERE dataset = {Of(dataset)} AND hour >= "
        + $"{Of(since)} ORDER BY hour";

    public string Rejections(DateTimeOffset since) =>
        "SELECT code, field, sum(records) AS records FROM pipeline.rejection JOIN pipeline.publication ON publication.id = "
        + $"publication_id WHERE publication.dataset = {Of(dataset)} AND committed_at >= {Of(since)} "
        + "GROUP BY code, field ORDER BY records DESC";

    public string Column(string column, DateTimeOffset since) =>
        $"SELECT hour, rows, nulls, outside, total FROM pipeline.column_hour WHERE dataset = {Of(dataset)} AND column_name = "
        + $"{Of(column)} AND hour >= {Of(since)} ORDER BY hour";

    public string Slices(SliceSeries series, DateOnly since) =>
        $"SELECT day, rows, first_at FROM pipeline.slice_day WHERE {Where(series)} AND day >= {Of(since)} ORDER BY day";

    public string SliceColumns(SliceSeries series, DateOnly since, params string[] columns) =>
        $"SELECT day, column_name, rows, nulls, outside, total FROM pipeline.slice_column WHERE {Where(series)} AND day >= {Of(since)} AND "
        + $"column_name IN ({string.Join(", ", columns.Select(Of))}) ORDER BY day, column_name";

    public string Streams(string source, string account, string column, DateOnly since) =>
        $"SELECT day, stream, total FROM pipeline.slice_column WHERE dataset = {Of(dataset)} AND source = {Of(source)} AND account = "
        + $"{Of(account)} AND column_name = {Of(column)} AND day >= {Of(since)} ORDER BY day, stream";

    public string Events(string stream, string column, string other, DateOnly since) =>
        $"SELECT day, told, (SELECT sum(rows) FROM pipeline.event_hour WHERE dataset = {Of(other)} AND hour >= day::timestamp AT TIME "
        + "ZONE 'UTC' AND hour < (day + 1)::timestamp AT TIME ZONE 'UTC') AS events FROM (SELECT day, sum(total) AS told FROM "
        + $"pipeline.slice_column WHERE dataset = {Of(dataset)} AND stream = {Of(stream)} AND column_name = {Of(column)} AND day "
        + $">= {Of(since)} GROUP BY day) AS days ORDER BY day";

    private string Where(SliceSeries series) =>
        $"dataset = {Of(dataset)} AND source = {Of(series.Source)} AND account = {Of(series.Account)} AND stream = "
        + $"{Of(series.Stream)}";
}
