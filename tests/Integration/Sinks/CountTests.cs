using Npgsql;
using Pipeline.Sinks.Ledger.Sweep;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

/// <summary>The counts that triggers keep are the sums of what is there, whoever changes what while they are folded.</summary>
public sealed class CountTests(PostgresServer postgres, ITestOutputHelper output)
{
    private static readonly string[] Views =
    [
        """
        SELECT dataset, records_landed, rows_in, rows_out, rows_duplicate, rows_rejected FROM pipeline.dataset_count ORDER BY 1
        """,
        "SELECT dataset, day, objects, rows, bytes FROM pipeline.day_count ORDER BY 1, 2",
        "SELECT dataset, code, field, records FROM pipeline.cause_count ORDER BY 1, 2, 3",
    ];

    private static readonly string[] Sums =
    [
        """
        SELECT dataset, coalesce(landed, 0), coalesce(a, 0), coalesce(b, 0), coalesce(c, 0), coalesce(d, 0)
        FROM (SELECT dataset, sum(records) AS landed FROM pipeline.segment GROUP BY 1) AS segments FULL JOIN (
            SELECT dataset, sum(rows_in) AS a, sum(rows_out) AS b, sum(rows_duplicate) AS c, sum(rows_rejected) AS d
            FROM pipeline.publication WHERE state IN ('committed', 'visible') GROUP BY 1) AS publications USING (dataset) ORDER BY 1
        """,
        """
        SELECT dataset, date_partition, count(*), sum(rows), sum(bytes) FROM pipeline.lake_object
        WHERE role = 'data' AND state IN ('staged', 'visible') AND date_partition IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
        """,
        """
        SELECT publication.dataset, code, field, sum(records)
        FROM pipeline.rejection JOIN pipeline.publication ON publication.id = publication_id
        WHERE publication.state IN ('committed', 'visible') GROUP BY 1, 2, 3 HAVING sum(records) <> 0 ORDER BY 1, 2, 3
        """,
    ];

    // Each is one transaction of a running pipeline, or of what a later part may do; {0} is a random number.
    private static readonly string[] Work =
    [
        """
        INSERT INTO pipeline.publication (dataset, contract_version, state, raw_bytes, planned_at)
        SELECT CASE {0} % 2 WHEN 0 THEN 'a' ELSE 'b' END, 1, 'planned', 100, now() FROM generate_series(1, 5);
        """,
        """
        DO $$ DECLARE chosen record; BEGIN
            SELECT id, dataset INTO chosen FROM pipeline.publication WHERE state = 'planned' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED;
            IF NOT FOUND THEN RETURN; END IF;
            INSERT INTO pipeline.lake_object (
                publication_id, dataset, role, key, date_partition, rows, bytes, sha256, upload_id, part_tags, state)
            SELECT chosen.id, chosen.dataset, CASE n WHEN 3 THEN 'quarantine' ELSE 'data' END, chosen.id || '-' || n,
                CASE n WHEN 4 THEN NULL ELSE date '2026-10-01' + ({0} + n) % 5 END, 10 * n, {0} % 100, '', '', '{{}}', 'staged'
            FROM generate_series(1, 4) AS n;
            INSERT INTO pipeline.rejection SELECT (jsonb_populate_record(NULL::pipeline.rejection, jsonb_build_object(
                'publication_id', chosen.id, 'code', code, 'field', 'f', 'records', {0} % 7 + 1, 'first_shard', 's', 'first_position', 0,
                'dataset', chosen.dataset, 'refused_at', now(), 'state', 'open'))).* FROM unnest(ARRAY['x', 'y']) AS code;
            UPDATE pipeline.publication SET state = 'committed', rows_in = 100, rows_out = 100 - 2 * ({0} % 7 + 1), rows_duplicate = 0,
                rows_rejected = 2 * ({0} % 7 + 1), committed_at = now() WHERE id = chosen.id;
        END $$
        """,
        """
        UPDATE pipeline.lake_object SET state = 'visible' WHERE state = 'staged' AND publication_id % 3 = {0} % 3;
        """,
        """
        UPDATE pipeline.publication SET state = 'visible' WHERE id = (
            SELECT id FROM pipeline.publication WHERE state = 'committed' ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED);
        """,
        """
        WITH replaced AS (UPDATE pipeline.publication SET state = 'superseded' WHERE id = (
            SELECT id FROM pipeline.publication WHERE state IN ('committed', 'visible') ORDER BY random() LIMIT 1
            FOR UPDATE SKIP LOCKED) RETURNING id)
        UPDATE pipeline.lake_object SET state = 'superseded' WHERE publication_id IN (SELECT id FROM replaced);
        """,
        """
        WITH held AS (
            SELECT id FROM pipeline.publication WHERE state = 'visible' AND rows_rejected > 1 ORDER BY random() LIMIT 1
            FOR UPDATE SKIP LOCKED),
        moved AS (
            UPDATE pipeline.rejection SET records = records - 1 FROM held
            WHERE publication_id = held.id AND code = 'x' AND records > 1 RETURNING held.id)
        UPDATE pipeline.publication SET rows_in = rows_in - 1, rows_rejected = rows_rejected - 1 FROM moved
        WHERE publication.id = moved.id;
        """,
        """
        UPDATE pipeline.lake_object SET rows = rows + 1, bytes = {0} % 50 WHERE id = (
            SELECT id FROM pipeline.lake_object WHERE state = 'visible' ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED);
        """,
        """
        DELETE FROM pipeline.lake_object WHERE id = (SELECT id FROM pipeline.lake_object ORDER BY random() LIMIT 1 FOR UPDATE SKIP LOCKED);
        """,
        """
        INSERT INTO pipeline.segment (dataset, shard, positions, epoch, object_key, records, raw_bytes, object_bytes, state, landed_at)
        SELECT d, 's', int8range({0}::bigint * 2, {0}::bigint * 2 + 1), 1, '', {0} % 90, 1000, 100, 'landed', now()
        FROM unnest(ARRAY['a', 'b']) AS d ON CONFLICT DO NOTHING;
        """,
    ];

    [Fact]
    public async Task Counts_are_the_sums_after_any_work_of_many_while_they_are_folded()
    {
        var stopping = TestContext.Current.CancellationToken;
        await using var source = await postgres.LedgerAsync();
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var fold = new FoldCounts(source, new Clock());
        var folded = 0L;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => WorkAsync(source, new Random(seed + worker), stopping)));
        await AssertSameAsync(source);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => WorkAsync(source, new Random(seed - 1 - worker), stopping))
            .Append(FoldAsync()).Append(FoldAsync()));
        await AssertSameAsync(source);
        folded += await fold.RunAsync(stopping);
        await AssertSameAsync(source);
        Assert.True(folded > 0);
        foreach (var changes in new[] { "dataset_delta", "day_delta", "cause_delta" })
            Assert.Empty(await Given.LinesAsync(source, $"SELECT * FROM pipeline.{changes}"));

        async Task FoldAsync()
        {
            for (var round = 0; round < 20; round++) Interlocked.Add(ref folded, await fold.RunAsync(stopping));
        }
    }

    private static async Task WorkAsync(NpgsqlDataSource source, Random random, CancellationToken stopping)
    {
        for (var round = 0; round < 150; round++)
        {
            // Half of the work makes and commits publications, so that there is enough to change.
            var work = Work[random.Next(2) == 0 ? random.Next(2) : random.Next(Work.Length)];
            var statement = string.Format(System.Globalization.CultureInfo.InvariantCulture, work, random.Next(1, 1_000_000));
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(stopping);
        }
    }

    private static async Task AssertSameAsync(NpgsqlDataSource source)
    {
        for (var i = 0; i < Views.Length; i++)
        {
            Assert.Equal(await Given.LinesAsync(source, Sums[i]), await Given.LinesAsync(source, Views[i]));
        }
    }
}
