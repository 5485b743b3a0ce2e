using Npgsql;
using Pipeline.Sinks.Ledger;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Tests.Integration.Sinks;

namespace Pipeline.Tests.Integration.StatusPage;

/// <summary>A ledger with years of history: 100,000 publications, as many segments, 300,000 objects of the lake; a fifth of it without
/// PIPELINE_LONG.</summary>
internal static class LargeLedger
{
    public static readonly bool IsLong = Environment.GetEnvironmentVariable("PIPELINE_LONG") == "1";
    public static readonly int Publications = IsLong ? 100_000 : 20_000;

    private static readonly string History = $$"""
        INSERT INTO pipeline.publication (dataset, contract_version, state, raw_bytes, rows_in, rows_out, rows_duplicate, rows_rejected,
            min_event_time, max_event_time, planned_at, committed_at, visible_at)
        SELECT (ARRAY['user_actions', 'ad_impressions', 'clicks', 'conversions'])[1 + n % 4], 1, 'visible', 100000000,
            500000, 499900, 90, 10, at - interval '10 minutes', at - interval '1 minute', at, at, at
        FROM (SELECT n, now() - ({{Publications}} - n) * interval '10 minutes' AS at FROM generate_series(1, {{Publications}}) AS n) AS made;
        INSERT INTO pipeline.lake_object (
            publication_id, dataset, role, key, date_partition, rows, bytes, sha256, upload_id, part_tags, state)
        SELECT id, dataset, 'data', dataset || '/event_date=' || committed_at::date || '/' || id || '-' || n || '.parquet',
            committed_at::date, 166633, 9000000, '', '', '{}', 'visible'
        FROM pipeline.publication, generate_series(1, 3) AS n;
        INSERT INTO pipeline.segment (dataset, shard, positions, epoch, object_key, records, raw_bytes, object_bytes, state, landed_at)
        SELECT dataset, dataset || '-0', int8range(id * 500000, (id + 1) * 500000), 1, '', 500000, 100000000, 9000000, 'published',
            committed_at - interval '1 minute' FROM pipeline.publication;
        DO $work$ DECLARE each record; BEGIN
            -- A statement a publication, as commits are.
            FOR each IN SELECT id, dataset, committed_at FROM pipeline.publication WHERE id % 20 = 0 LOOP
                INSERT INTO pipeline.rejection (publication_id, code, field, records, first_shard, first_position, dataset, refused_at)
                VALUES (each.id, 'missing_field', 'SKU', 10, '', 0, each.dataset, each.committed_at);
            END LOOP;
        END $work$;
        """;

    /// <summary>Makes the ledger's schema and its history in an empty database.</summary>
    public static async Task FillAsync(NpgsqlDataSource source, CancellationToken stopping)
    {
        await LedgerMigrations.ApplyAsync(source, TimeProvider.System, stopping);
        await Given.ExecuteAsync(source, History);
        await new FoldCounts(source, TimeProvider.System).RunAsync(stopping);
        await Given.ExecuteAsync(source, "VACUUM ANALYZE");
        // What the planner is told of a ledger that is written to all the time.
        await Given.ExecuteAsync(source, "UPDATE pg_class SET relallvisible = 0 WHERE relnamespace = 'pipeline'::regnamespace");
    }
}
