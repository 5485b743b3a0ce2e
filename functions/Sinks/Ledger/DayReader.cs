using System.Text.Json.Serialization;
using Npgsql;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Days;

namespace Pipeline.Sinks.Ledger;

/// <summary>Reads a calendar of a dataset's date partitions from the ledger and has each judged. Bounded by the days that are asked
/// for.</summary>
public sealed class DayReader(NpgsqlDataSource ledger, TimeProvider time)
{
    /// <summary>Weeks before a day with which it is compared.</summary>
    private const int WeeksCompared = 8;

    /// <summary>Days for which an account's stream is expected behind its last slice, and before the days asked for.</summary>
    private const int SliceMemoryDays = 28;

    /// <summary>The days from one to another, both included, the first one first.</summary>
    public async Task<IReadOnlyList<DayStatus>> ReadAsync(DatasetContract contract, DateOnly from, DateOnly to, CancellationToken stopping)
    {
        await using var connection = await ledger.OpenConnectionAsync(stopping);
        var held = (await connection.Command(
            "SELECT day, rows, objects, bytes FROM pipeline.day_count WHERE dataset = $1 AND day BETWEEN $2 AND $3",
            contract.Dataset, from.AddDays(-7 * WeeksCompared), to)
            .ListAsync(row => new DayFacts(row.GetFieldValue<DateOnly>(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), stopping))
            .ToDictionary(day => day.Day);
        var (first, watermark) = (await connection.Command(
            """
            SELECT (SELECT min(day) FROM pipeline.day_count WHERE dataset = $1),
                (SELECT max(max_event_time) FROM pipeline.publication WHERE dataset = $1 AND state IN ('committed', 'visible'))
            """, contract.Dataset).ListAsync(row => (row.Nullable<DateOnly>(0), row.Nullable<DateTimeOffset>(1)), stopping))[0];
        var slices = IsExtracted(contract) ? await SlicesAsync(connection, contract.Dataset, from, to, stopping) : null;
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var days = new List<DayStatus>();
        for (var day = from; day <= to; day = day.AddDays(1))
        {
            var facts = held.GetValueOrDefault(day, new(day, 0, 0, 0)) with { Slices = slices?.GetValueOrDefault(day) };
            var weekday = Enumerable.Range(1, WeeksCompared)
                .Select(week => held.GetValueOrDefault(day.AddDays(-7 * week))?.Rows ?? 0).Where(rows => rows > 0);
            days.Add(DayStatus.Of(facts, DayStates.Judge(facts, new(today, first, watermark, [.. weekday]))));
        }
        return days;
    }

    // Attribution makes slices only where something changed, so that none of them is expected.
    private static bool IsExtracted(DatasetContract contract) =>
        contract.Table is { Mode: TableMode.ReplaceSlice } && contract.SourceOf(SourceKind.Attribution) is null;

    private static async Task<Dictionary<DateOnly, SliceFacts>> SlicesAsync(
        NpgsqlConnection connection, string dataset, DateOnly from, DateOnly to, CancellationToken stopping) => (await connection.Command(
        """
        WITH held AS MATERIALIZED (
            SELECT source, account, stream, day, state, reason FROM pipeline.slice
            WHERE dataset = $1 AND day BETWEEN $2::date - $4 AND $3::date + $4),
        place AS (SELECT min(day) AS first, max(day) AS last FROM held GROUP BY source, account, stream)
        SELECT asked.day, (SELECT count(*) FROM place WHERE asked.day BETWEEN first AND last + $4)::integer,
            count(*) FILTER (WHERE state = 'published')::integer, count(*) FILTER (WHERE state = 'landed')::integer,
            count(*) FILTER (WHERE state IN ('withheld', 'empty_refused'))::integer,
            min(reason) FILTER (WHERE state IN ('withheld', 'empty_refused'))
        FROM (SELECT generate_series($2::date, $3::date, interval '1 day')::date AS day) AS asked LEFT JOIN held USING (day)
        GROUP BY asked.day
        """, dataset, from, to, SliceMemoryDays)
        .ListAsync(row => (Day: row.GetFieldValue<DateOnly>(0), Slices: new SliceFacts(
            row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4), row.Text(5))), stopping))
        .ToDictionary(each => each.Day, each => each.Slices);
}

/// <summary>One day of the calendar; <c>state</c> is complete, partial, late, missing or empty.</summary>
public sealed record DayStatus(
    [property: JsonPropertyName("day")] DateOnly Day, [property: JsonPropertyName("rows")] long Rows,
    [property: JsonPropertyName("objects")] long Objects, [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("state")] string State, [property: JsonPropertyName("reason")] string Reason)
{
    /// <summary>What a day holds and how it was judged.</summary>
    public static DayStatus Of(DayFacts facts, DayVerdict verdict) =>
        new(facts.Day, facts.Rows, facts.Objects, facts.Bytes, verdict.State.ToString().ToLowerInvariant(), verdict.Reason);
}
