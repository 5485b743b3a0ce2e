using Npgsql;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Slices;

namespace Pipeline.Sinks.Ledger.Sweep;

/// <summary>The questions a sweep asks the ledger, and the marks it leaves there.</summary>
internal sealed class SweepLedger(NpgsqlDataSource source)
{
    /// <summary>Every dataset something was landed for.</summary>
    public Task<List<string>> DatasetsAsync(CancellationToken stopping) => ListAsync(
        connection => connection.Command(
            "SELECT dataset FROM pipeline.source_cursor UNION SELECT dataset FROM pipeline.sweep ORDER BY dataset"), row => row.GetString(0), stopping);

    /// <summary>For each upload: whether the ledger holds it as staged, and whether its publication is decided.</summary>
    public Task<List<(bool Staged, bool Decided)>> UploadsAsync(PendingUpload[] uploads, long[] publications, CancellationToken stopping) => ListAsync(
        connection => connection.Command(
            """
            SELECT EXISTS (SELECT FROM pipeline.lake_object WHERE lake_object.key = upload.key AND lake_object.upload_id = upload.id AND lake_object.state = 'staged'),
                EXISTS (SELECT FROM pipeline.publication WHERE publication.id = upload.publication AND publication.state <> 'planned')
            FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS upload (key, id, publication, number) ORDER BY number
            """,
            uploads.Select(upload => upload.Key).ToArray(), uploads.Select(upload => upload.UploadId).ToArray(), publications),
        row => (row.GetBoolean(0), row.GetBoolean(1)), stopping);

    /// <summary>How far each shard was swept.</summary>
    public Task<List<SweptCursor>> SweptCursorsAsync(CancellationToken stopping) => ListAsync(
        connection => connection.Command(
            "SELECT dataset, stream, generation, swept_generation, swept_position FROM pipeline.source_cursor ORDER BY dataset, stream"),
        row => new SweptCursor(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3), row.GetInt64(4)), stopping);

    /// <summary>The position of the current generation before which everything was landed before an instant.</summary>
    public async Task<long> SettledAsync(SweptCursor cursor, DateTimeOffset before, CancellationToken stopping)
    {
        var from = cursor.SweptGeneration == cursor.Generation ? cursor.SweptPosition : 0;
        var settled = await ListAsync(
            connection => connection.Command(
                """
                SELECT max(upper(positions)) FROM pipeline.segment
                WHERE dataset = $1 AND shard = $2 AND positions && int8range($3, NULL) AND landed_at < $4
                """, cursor.Dataset, new Shard(cursor.Stream, cursor.Generation).ToString(), from, before),
            row => row.Nullable<long>(0), stopping);
        return settled[0] ?? from;
    }

    /// <summary>Of written segments, the keys that no claim can land any more and that no ledger row has.</summary>
    public Task<List<string>> OrphansAsync(SweptCursor cursor, IReadOnlyList<WrittenSegment> written, CancellationToken stopping) => ListAsync(
        connection => connection.Command(
            """
            SELECT object.key FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::bigint[]) AS object (key, first, next, epoch)
            JOIN pipeline.source_cursor AS held ON held.dataset = $1 AND held.stream = $2 AND object.epoch < held.epoch
            WHERE object.first < object.next AND NOT EXISTS (
                SELECT FROM pipeline.segment WHERE segment.dataset = $1 AND segment.shard = split_part(object.key, '/', 2)
                AND segment.positions && int8range(object.first, object.next) AND segment.object_key = object.key)
            """,
            cursor.Dataset, cursor.Stream, written.Select(segment => segment.Key).ToArray(),
            written.Select(segment => segment.Positions.First).ToArray(), written.Select(segment => segment.Positions.Next).ToArray(),
            written.Select(segment => segment.Epoch).ToArray()),
        row => row.GetString(0), stopping);

    /// <summary>Remembers how far a shard was swept; a sweep that began earlier does not set it back.</summary>
    public Task MarkSweptAsync(SweptCursor cursor, long position, CancellationToken stopping) => source.ReadAsync(
        "marking a sweep", connection => connection.Command(
            """
            UPDATE pipeline.source_cursor SET swept_generation = $3, swept_position = $4
            WHERE dataset = $1 AND stream = $2 AND (swept_generation, swept_position) < ($3, $4)
            """, cursor.Dataset, cursor.Stream, cursor.Generation, position).ExecuteAsync(stopping), stopping);

    /// <summary>Data objects of publications committed since the dataset was last compared.</summary>
    public Task<List<(string Key, DateOnly? DatePartition)>> TouchedAsync(string dataset, TimeSpan overlap, CancellationToken stopping) => ListAsync(
        connection => connection.Command(
            """
            SELECT key, date_partition FROM pipeline.publication JOIN pipeline.lake_object ON publication_id = publication.id
            WHERE publication.dataset = $1 AND role = 'data' AND committed_at IS NOT NULL
            AND committed_at >= coalesce((SELECT swept_at FROM pipeline.sweep WHERE dataset = $1), '-infinity') - $2::interval
            """, dataset, overlap),
        row => (row.GetString(0), row.Nullable<DateOnly>(1)), stopping);

    /// <summary>Of visible keys, those that no ledger row has as visible or about to be.</summary>
    public Task<List<string>> UnknownAsync(string[] keys, CancellationToken stopping) => ListAsync(
        connection => connection.Command(
            "SELECT key FROM unnest($1::text[]) AS visible (key) WHERE NOT EXISTS (SELECT FROM pipeline.lake_object WHERE lake_object.key = visible.key)",
            (object)keys), row => row.GetString(0), stopping);

    /// <summary>Remembers when a dataset was compared.</summary>
    public Task MarkComparedAsync(string dataset, DateTimeOffset at, CancellationToken stopping) => source.ReadAsync(
        "marking a sweep", connection => connection.Command(
            """
            INSERT INTO pipeline.sweep AS last (dataset, swept_at) VALUES ($1, $2)
            ON CONFLICT (dataset) DO UPDATE SET swept_at = greatest(last.swept_at, excluded.swept_at)
            """, dataset, at).ExecuteAsync(stopping), stopping);

    /// <summary>Gives up extractions that began before an instant and never landed: they cannot land any more.</summary>
    public Task AbandonAsync(DateTimeOffset begunBefore, DateTimeOffset now, CancellationToken stopping) => source.ReadAsync(
        "abandoning extractions", connection => connection.Command(
            "UPDATE pipeline.extraction SET state = 'abandoned', ended_at = $2 WHERE state = 'open' AND begun_at < $1", begunBefore, now)
            .ExecuteAsync(stopping), stopping);

    /// <summary>Abandoned extractions whose objects may still be there, and when each was given up.</summary>
    public Task<List<(Extraction Extraction, DateTimeOffset EndedAt)>> AbandonedAsync(CancellationToken stopping) => ListAsync(
        connection => connection.Command(
            """
            SELECT id, source, account, stream, day_from, day_to, begun_at, ended_at FROM pipeline.extraction WHERE state = 'abandoned' ORDER BY id
            """),
        row => (ExtractionOf(row), row.GetFieldValue<DateTimeOffset>(7)), stopping);

    /// <summary>Notes that nothing is left of extractions.</summary>
    public Task MarkRemovedAsync(long[] extractions, CancellationToken stopping) => source.ReadAsync(
        "marking a sweep", connection => connection.Command(
            "UPDATE pipeline.extraction SET state = 'removed' WHERE id = ANY($1) AND state = 'abandoned'", extractions).ExecuteAsync(stopping), stopping);

    /// <summary>Extractions that landed before an instant and whose lost tries are not deleted yet, the oldest first.</summary>
    public Task<List<Extraction>> UnsweptAsync(DateTimeOffset landedBefore, int count, CancellationToken stopping) => ListAsync(
        connection => connection.Command(
            """
            SELECT id, source, account, stream, day_from, day_to, begun_at FROM pipeline.extraction
            WHERE state = 'landed' AND NOT swept AND ended_at < $1 ORDER BY ended_at LIMIT $2
            """, landedBefore, count), ExtractionOf, stopping);

    /// <summary>Keys of the objects that an extraction landed.</summary>
    public Task<List<string>> LandedKeysAsync(long extraction, CancellationToken stopping) => ListAsync(
        connection => connection.Command("SELECT DISTINCT object_key FROM pipeline.segment WHERE extraction_id = $1", extraction),
        row => row.GetString(0), stopping);

    /// <summary>Notes that nothing but what landed is left of extractions.</summary>
    public Task MarkTriesSweptAsync(long[] extractions, CancellationToken stopping) => source.ReadAsync(
        "marking a sweep", connection => connection.Command("UPDATE pipeline.extraction SET swept = true WHERE id = ANY($1)", extractions)
            .ExecuteAsync(stopping), stopping);

    private static Extraction ExtractionOf(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        new(row.GetString(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateOnly>(4), row.GetFieldValue<DateOnly>(5)),
        row.GetFieldValue<DateTimeOffset>(6));

    private Task<List<T>> ListAsync<T>(Func<NpgsqlConnection, NpgsqlCommand> command, Func<NpgsqlDataReader, T> read, CancellationToken stopping) =>
        source.ReadAsync("the sweep", connection => command(connection).ListAsync(read, stopping), stopping);
}

/// <summary>How far orphan segments of a stream were looked for.</summary>
internal sealed record SweptCursor(string Dataset, string Stream, int Generation, int SweptGeneration, long SweptPosition);
