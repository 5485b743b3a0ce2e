namespace Pipeline.Sinks.Ledger;

/// <summary>A gauge of the ledger.</summary>
/// <param name="Name">OpenTelemetry's form.</param>
/// <param name="Unit">UCUM.</param>
/// <param name="Text">One sentence.</param>
public sealed record LedgerGauge(string Name, string Unit, string Text);

/// <summary>A query that several gauges come from: label columns, then a column for each gauge. <c>$1</c> are the datasets, <c>$2</c> is
/// now.</summary>
/// <remarks>None may grow with history: partial indexes, small tables, or the newest rows of an index.</remarks>
public sealed record GaugeQuery(string Sql, IReadOnlyList<string> Labels, IReadOnlyList<LedgerGauge> Gauges)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<GaugeQuery> All { get; } = [Backlog, Newest, Open, Alerts, Gates, Permits, Heartbeats];

    // What waits longest counts, given up or not: its rows are missing in either case.
    private static GaugeQuery Backlog => new(
        """
        SELECT asked.dataset, count(segment.id), coalesce(sum(records), 0), coalesce(sum(raw_bytes), 0),
            coalesce(extract(epoch FROM $2 - min(landed_at)), 0)
        FROM unnest($1) AS asked (dataset)
        LEFT JOIN pipeline.segment ON segment.dataset = asked.dataset AND state IN ('landed', 'planned') GROUP BY 1
        """, ["dataset"],
        [
            new("pipeline.backlog.segments", "{segment}", "Segments landed and not published."),
            new("pipeline.backlog.records", "{record}", "Records landed and not published."),
            new("pipeline.backlog.raw", "By", "Bytes of records landed and not published."),
            new("pipeline.backlog.age", "s", "Seconds since the oldest unpublished segment was landed; 0 when none waits."),
        ]);

    private static GaugeQuery Newest => new(
        """
        SELECT dataset, extract(epoch FROM $2 - watermark), extract(epoch FROM $2 - committed) FROM (
            SELECT asked.dataset, (SELECT max(max_event_time) FROM pipeline.publication
                    WHERE publication.dataset = asked.dataset AND state IN ('committed', 'visible')) AS watermark,
                (SELECT max(committed_at) FROM pipeline.publication WHERE publication.dataset = asked.dataset) AS committed
            FROM unnest($1) AS asked (dataset)) AS newest WHERE committed IS NOT NULL
        """, ["dataset"],
        [
            new("pipeline.watermark.age", "s", "Seconds behind the latest event time that is published."),
            new("pipeline.publication.age", "s", "Seconds since the last publication was committed."),
        ]);

    private static GaugeQuery Open => new(
        """
        SELECT asked.dataset,
            (SELECT count(*) FROM pipeline.publication AS one WHERE one.dataset = asked.dataset AND state = 'planned'),
            (SELECT count(*) FROM pipeline.publication AS one WHERE one.dataset = asked.dataset AND state = 'failed'),
            (SELECT count(*) FROM pipeline.lake_object AS one WHERE one.dataset = asked.dataset AND state = 'staged'),
            (SELECT count(*) FROM pipeline.source_cursor AS one WHERE one.dataset = asked.dataset AND stopped_reason IS NOT NULL),
            (SELECT count(*) FROM pipeline.slice AS one WHERE one.dataset = asked.dataset AND state = 'withheld'),
            (SELECT coalesce(sum(open_records), 0) FROM pipeline.quarantine_day AS one
             WHERE one.dataset = asked.dataset AND open_records > 0)
        FROM unnest($1) AS asked (dataset)
        """, ["dataset"],
        [
            new("pipeline.publications.planned", "{publication}", "Publications planned and not committed."),
            new("pipeline.publications.failed", "{publication}", "Publications given up; a person must act."),
            new("pipeline.objects.unfinished", "{object}", "Committed objects that readers cannot see yet."),
            new("pipeline.streams.stopped", "{stream}", "Streams on which nothing is landed until a person acts."),
            new("pipeline.slices.withheld", "{slice}", "Days of accounts that are landed and withheld."),
            new("pipeline.quarantine.records", "{record}", "Records refused, and neither replayed nor discarded."),
        ]);

    private static GaugeQuery Alerts => new(
        """
        SELECT severity, dataset, code, count(*) FROM pipeline.alert WHERE resolved_at IS NULL GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 500
        """, ["severity", "dataset", "code"], [new("pipeline.alerts.open", "{alert}", "Alerts that are not resolved.")]);

    private static GaugeQuery Gates => new(
        """
        SELECT source, account, CASE WHEN until IS NULL THEN 1 ELSE 0 END, coalesce(extract(epoch FROM until - $2), 0)
        FROM pipeline.source_gate WHERE until IS NULL OR until > $2 ORDER BY 1, 2 LIMIT 500
        """, ["source", "account"],
        [
            new("pipeline.provider.stopped", "{account}", "1 for an account that nothing is asked of until a person acts."),
            new("pipeline.provider.closed", "s", "Seconds for which nothing more is asked of an account."),
        ]);

    private static GaugeQuery Permits => new(
        "SELECT source, account, count(*) FILTER (WHERE until > $2) FROM pipeline.source_permit GROUP BY 1, 2 ORDER BY 1, 2 LIMIT 500",
        ["source", "account"], [new("pipeline.provider.permits", "{permit}", "Calls of an account that are under way.")]);

    private static GaugeQuery Heartbeats => new(
        """
        SELECT function, extract(epoch FROM $2 - coalesce(max(last_succeeded), min(since))) FROM pipeline.heartbeat GROUP BY 1
        """, ["function"],
        [new("pipeline.function.success.age", "s", "Seconds since a function last succeeded on any instance.")]);
}
