using System.Text.Json.Serialization;
using Npgsql;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Ledger;

/// <summary>What is refused and open, and what becomes of it.</summary>
public sealed class QuarantineLedger(NpgsqlDataSource source, TimeProvider time)
{
    private const int DaysShown = 30;
    private const int GroupsShown = 1000;
    private const int ReplaysShown = 10;
    private const int PublicationsSampled = 20;

    /// <summary>A dataset's open refusals by cause, its refusals of the last 30 days, and its latest replays.</summary>
    public Task<QuarantineStatus> ReadAsync(string dataset, CancellationToken stopping) =>
        source.ReadAsync($"reading the quarantine of {dataset}", async connection => new QuarantineStatus
        {
            Dataset = dataset,
            OpenRecords = (await connection.Command(
                "SELECT coalesce(sum(open_records), 0)::bigint FROM pipeline.quarantine_day WHERE dataset = $1 AND open_records > 0", dataset)
                .ListAsync(row => row.GetInt64(0), stopping))[0],
            Groups = await GroupsAsync(connection, dataset, stopping),
            ByDay = await ByDayAsync(connection, dataset, stopping),
            Replays = await ReplaysAsync(connection, dataset, stopping),
        }, stopping);

    /// <summary>The newest publications of which records of a cause are open, the newest first.</summary>
    /// <param name="field">Null for any.</param>
    public Task<List<long>> WithOpenAsync(string dataset, string? code, string? field, CancellationToken stopping) =>
        source.ReadAsync($"reading the quarantine of {dataset}", connection => connection.Command(
            """
            SELECT DISTINCT publication_id FROM pipeline.rejection
            WHERE dataset = $1 AND state = 'open' AND ($2::text IS NULL OR code = $2) AND ($3::text IS NULL OR field = $3)
                AND EXISTS (SELECT FROM pipeline.lake_object AS kept
                    WHERE kept.publication_id = rejection.publication_id AND kept.role = 'quarantine' AND kept.state = 'visible')
            ORDER BY publication_id DESC LIMIT $4
            """, dataset, code, field, PublicationsSampled).ListAsync(row => row.GetInt64(0), stopping), stopping);

    /// <summary>Gives open refusals of a cause up: they are not replayed, and their object is deleted when it holds nothing open.</summary>
    /// <param name="field">Null for any field.</param>
    /// <param name="actor">Who, and <paramref name="reason"/> why: both are recorded in the same transaction.</param>
    /// <returns>Records given up; none when nothing was open.</returns>
    public Task<long> DiscardAsync(string dataset, string code, string? field, string actor, string reason, CancellationToken stopping) =>
        source.TransactAsync($"discarding refusals of {dataset}", async connection =>
        {
            // Publications before refusals, as replays lock them.
            await connection.Command(
                """
                SELECT id FROM pipeline.publication WHERE id IN (
                    SELECT publication_id FROM pipeline.rejection
                    WHERE dataset = $1 AND state = 'open' AND code = $2 AND ($3::text IS NULL OR field = $3))
                ORDER BY id FOR UPDATE
                """, dataset, code, field).ExecuteAsync(stopping);
            var discarded = await connection.Command(
                """
                UPDATE pipeline.rejection SET state = 'discarded'
                WHERE dataset = $1 AND state = 'open' AND code = $2 AND ($3::text IS NULL OR field = $3) RETURNING field, records
                """, dataset, code, field).ListAsync(row => (Field: row.GetString(0), Records: row.GetInt64(1)), stopping);
            foreach (var each in discarded.GroupBy(one => one.Field))
                await AuditLog.RecordAsync(
                    connection, time.GetUtcNow(), actor, "quarantine_discard", dataset, reason, code, each.Key, each.Sum(one => one.Records),
                    stopping);
            return discarded.Sum(each => each.Records);
        }, stopping);

    /// <summary>How far publications are, by ascending id.</summary>
    public Task<List<ReplayState>> StatesAsync(IReadOnlyList<long> publications, CancellationToken stopping) =>
        source.ReadAsync("reading how far publications are", connection => connection.Command(
            "SELECT id, state, rows_in, rows_out, rows_rejected, failure FROM pipeline.publication WHERE id = ANY($1) ORDER BY id",
            (object)publications.ToArray()).ListAsync(row => new ReplayState(
                row.GetInt64(0), row.GetString(1), row.Nullable<long>(2), row.Nullable<long>(3), row.Nullable<long>(4), row.Text(5)),
                stopping), stopping);

    private static Task<List<QuarantineGroup>> GroupsAsync(
        NpgsqlConnection connection, string dataset, CancellationToken stopping) => connection.Command(
        """
        SELECT code, field, sum(open_records)::bigint, sum(publications)::bigint, min(first_seen), max(last_seen),
            (array_agg(first_shard ORDER BY day))[1], (array_agg(first_position ORDER BY day))[1]
        FROM pipeline.quarantine_day WHERE dataset = $1 AND open_records > 0 GROUP BY code, field ORDER BY 3 DESC, 1, 2 LIMIT $2
        """, dataset, GroupsShown).ListAsync(row => new QuarantineGroup(
            row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4),
            row.GetFieldValue<DateTimeOffset>(5), row.GetString(6), row.GetInt64(7)), stopping);

    private Task<List<QuarantineDay>> ByDayAsync(
        NpgsqlConnection connection, string dataset, CancellationToken stopping) => connection.Command(
        """
        SELECT day, code, sum(records)::bigint, sum(open_records)::bigint FROM pipeline.quarantine_day
        WHERE dataset = $1 AND day > $2::date GROUP BY day, code ORDER BY day, code
        """, dataset, DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime).AddDays(-DaysShown)).ListAsync(row => new QuarantineDay(
            row.GetFieldValue<DateOnly>(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)), stopping);

    private static Task<List<ReplayStatus>> ReplaysAsync(
        NpgsqlConnection connection, string dataset, CancellationToken stopping) => connection.Command(
        """
        SELECT id, replays, refused_of, refused_code, refused_field, state, contract_version, rows_in, rows_out, rows_rejected, planned_at,
            committed_at, failure
        FROM pipeline.publication WHERE dataset = $1 AND replays IS NOT NULL ORDER BY id DESC LIMIT $2
        """, dataset, ReplaysShown).ListAsync(row => new ReplayStatus
        {
            Publication = row.GetInt64(0),
            Of = row.Nullable<long>(2) ?? row.GetInt64(1),
            Kind = row.IsDBNull(2) ? "publication" : "refused",
            Code = row.Text(3),
            Field = row.Text(4),
            State = row.GetString(5),
            ContractVersion = row.GetInt32(6),
            RowsIn = row.Nullable<long>(7),
            RowsOut = row.Nullable<long>(8),
            Rejected = row.Nullable<long>(9),
            PlannedAt = row.GetFieldValue<DateTimeOffset>(10),
            CommittedAt = row.Nullable<DateTimeOffset>(11),
            Failure = row.Text(12),
        }, stopping);
}

/// <summary>A dataset's quarantine, as <c>/api/quarantine/{dataset}</c> answers it.</summary>
public sealed record QuarantineStatus
{
    [JsonPropertyName("dataset")] public required string Dataset { get; init; }
    [JsonPropertyName("open_records")] public required long OpenRecords { get; init; }
    [JsonPropertyName("groups")] public required IReadOnlyList<QuarantineGroup> Groups { get; init; }
    [JsonPropertyName("by_day")] public required IReadOnlyList<QuarantineDay> ByDay { get; init; }
    [JsonPropertyName("replays")] public required IReadOnlyList<ReplayStatus> Replays { get; init; }
}

/// <summary>Open refusals of one cause; the first of them is at a position of a shard. Filters' rows are none: nothing is kept of them.</summary>
public sealed record QuarantineGroup(
    [property: JsonPropertyName("code")] string Code, [property: JsonPropertyName("field")] string Field,
    [property: JsonPropertyName("records")] long Records, [property: JsonPropertyName("publications")] long Publications,
    [property: JsonPropertyName("first_seen")] DateTimeOffset FirstSeen, [property: JsonPropertyName("last_seen")] DateTimeOffset LastSeen,
    [property: JsonPropertyName("first_shard")] string FirstShard, [property: JsonPropertyName("first_position")] long FirstPosition);

/// <summary>Records refused for a code on a UTC day, and how many of them are open.</summary>
public sealed record QuarantineDay(
    [property: JsonPropertyName("day")] DateOnly Day, [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("records")] long Records, [property: JsonPropertyName("open_records")] long OpenRecords);

/// <summary>A publication that replays another: as a whole (<c>publication</c>), or what it refused (<c>refused</c>).</summary>
public sealed record ReplayStatus
{
    [JsonPropertyName("publication")] public required long Publication { get; init; }
    [JsonPropertyName("of")] public required long Of { get; init; }
    [JsonPropertyName("kind")] public required string Kind { get; init; }
    [JsonPropertyName("code")] public required string? Code { get; init; }
    [JsonPropertyName("field")] public required string? Field { get; init; }
    [JsonPropertyName("state")] public required string State { get; init; }
    [JsonPropertyName("contract_version")] public required int ContractVersion { get; init; }
    [JsonPropertyName("rows_in")] public required long? RowsIn { get; init; }
    [JsonPropertyName("rows_out")] public required long? RowsOut { get; init; }
    [JsonPropertyName("rejected")] public required long? Rejected { get; init; }
    [JsonPropertyName("planned_at")] public required DateTimeOffset PlannedAt { get; init; }
    [JsonPropertyName("committed_at")] public required DateTimeOffset? CommittedAt { get; init; }
    [JsonPropertyName("failure")] public required string? Failure { get; init; }
}

/// <summary>How far a replay is; the counts are null until it is committed.</summary>
public sealed record ReplayState(
    [property: JsonPropertyName("publication")] long Publication, [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("rows_in")] long? RowsIn, [property: JsonPropertyName("rows_out")] long? RowsOut,
    [property: JsonPropertyName("rejected")] long? Rejected, [property: JsonPropertyName("failure")] string? Failure)
{
    /// <summary>Nothing more happens to it by itself.</summary>
    [JsonIgnore] public bool IsDone => State is not ("planned" or "committed");
}
