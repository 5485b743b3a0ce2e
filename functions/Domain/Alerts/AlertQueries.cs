using System.Globalization;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Slices;
using static Pipeline.Domain.Alerts.SqlLiteral;

namespace Pipeline.Domain.Alerts;

/// <summary>The query or command that shows what an alert tells of, ready to be pasted into psql or a shell.</summary>
public static class AlertQueries
{
    /// <summary>Tries every connection, queues among them.</summary>
    public const string Doctor = "pipeline doctor";

    /// <summary>What a channel has not taken yet.</summary>
    public static string Messages(string channel) =>
        "SELECT id, event, formed_at, tries, next_try_at, last_error FROM pipeline.alert_message WHERE state = 'waiting' "
        + $"AND channel = {Of(channel)} ORDER BY id";

    /// <summary>How the days of a window stand in a dataset.</summary>
    public static string Slices(string dataset, SliceWindow window) =>
        "SELECT slice.day, slice.state, reason, rows, extraction_id, ended_at AS landed_at FROM pipeline.slice JOIN pipeline.extraction "
        + $"ON extraction.id = extraction_id WHERE dataset = {Of(dataset)} AND slice.source = {Of(window.Source)} AND slice.account = "
        + $"{Of(window.Account)} AND slice.stream = {Of(window.Stream)} AND slice.day BETWEEN {Of(window.From)} AND {Of(window.To)} "
        + "ORDER BY slice.day";

    /// <summary>The latest publications that met a field which the contract does not name.</summary>
    public static string Field(string dataset, string path) =>
        $"SELECT id, committed_at, unknown_fields -> {Of(path)} AS records FROM pipeline.publication WHERE dataset = {Of(dataset)} "
        + $"AND unknown_fields -> {Of(path)} IS NOT NULL ORDER BY id DESC LIMIT 20";

    /// <summary>The files of one key.</summary>
    public static string File(string dataset, string key) =>
        $"SELECT number, bytes, state, failures, reason, seen_at, ended_at FROM pipeline.dropped_file WHERE dataset = {Of(dataset)} "
        + $"AND key = {Of(key)} ORDER BY number";

    /// <summary>What the ledger has of an object, and since when.</summary>
    public static string Object(string key) =>
        "SELECT publication_id, committed_at, lake_object.state, rows, bytes FROM pipeline.lake_object JOIN pipeline.publication "
        + $"ON publication.id = publication_id WHERE key = {Of(key)}";

    /// <summary>Compares the objects of a dataset with the ledger.</summary>
    /// <param name="day">The date partition to compare; null for the whole dataset.</param>
    public static string Reconcile(string dataset, DateOnly? day) =>
        $"pipeline reconcile --dataset {dataset}"
        + (day is { } only ? string.Create(CultureInfo.InvariantCulture, $" --from {only:yyyy-MM-dd} --to {only:yyyy-MM-dd}") : "");

    /// <summary>The segments of a range of positions.</summary>
    public static string Positions(string dataset, Shard shard, PositionRange positions) => string.Create(CultureInfo.InvariantCulture,
        $"SELECT positions, state, landed_at FROM pipeline.segment WHERE dataset = {Of(dataset)} AND shard = {Of(shard.ToString())} "
        + $"AND positions && int8range({positions.First}, {positions.Next}) ORDER BY positions");

    /// <summary>A publication, and how many segments wait with it.</summary>
    public static string Publication(long id) => string.Create(CultureInfo.InvariantCulture,
        $"SELECT state, failure, planned_at, raw_bytes, (SELECT count(*) FROM pipeline.publication_segment WHERE publication_id = id) "
        + $"AS segments FROM pipeline.publication WHERE id = {id}");

    /// <summary>Where landing stands on a stream.</summary>
    public static string Cursor(string dataset, string stream) =>
        "SELECT generation, next_position, stopped_reason, landed_at FROM pipeline.source_cursor "
        + $"WHERE dataset = {Of(dataset)} AND stream = {Of(stream)}";

    /// <summary>What keeps a provider from being asked.</summary>
    /// <param name="account">Null for the provider as a whole.</param>
    public static string Gate(string source, string? account) =>
        $"SELECT account, until, reason FROM pipeline.source_gate WHERE source = {Of(source)} AND account = {Of(account ?? "")}";
}
