using System.Globalization;
using Npgsql;
using NpgsqlTypes;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Relational;

/// <summary>The statements that read one day of a table page by page, each page behind the last row's key.</summary>
/// <remarks>
/// Numbers are written as texts and everything else as PostgreSQL's own JSON, so that no digit is lost on the way. Names come from settings
/// and the catalog and are quoted; values are parameters.
/// </remarks>
internal sealed class DayRead
{
    private const int DayParameters = 2;

    private readonly string name;
    private readonly IReadOnlyList<TableColumn> key;
    private readonly (string Condition, NpgsqlParameter[] Parameters) day;
    private readonly string rows;
    private readonly int pageRows;

    private DayRead(RelationalTable table, TableShape shape, IReadOnlyList<TableColumn> key, TableColumn dayColumn, DateOnly on, int pageRows)
    {
        (name, this.key, this.pageRows, Columns) = (QuotedName(table.Name), key, pageRows, shape.Columns);
        day = DayOf(dayColumn, table.TimeZone, on);
        rows = string.Join(", ", shape.Columns.Select(column => $"{Value(column, table.TimeZone)} AS {Quote(column.Name)}"));
    }

    /// <summary>The columns of a row, in order.</summary>
    public IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>How to read a day.</summary>
    /// <exception cref="ProviderException">The table has not the columns or the key that the settings name.</exception>
    public static DayRead Of(RelationalTable table, TableShape? shape, DateOnly on, int pageRows)
    {
        if (shape is null) throw Refuse($"there is no table {table.Name}, or the user may not use its schema.");
        var dayColumn = shape.Columns.FirstOrDefault(column => column.Name == table.DayColumn)
            ?? throw Refuse($"{table.Name} has no column {table.DayColumn}, which the settings name as its DayColumn.");
        if (dayColumn.BaseType is not ("date" or "timestamp" or "timestamptz"))
            throw Refuse($"{table.DayColumn} of {table.Name} is {dayColumn.Type}; DayColumn must be a date or a timestamp.");
        var named = table.Key.Count > 0 ? table.Key : shape.UniqueKeys is [var first, ..] ? first : [];
        var key = named.Select(column => shape.Columns.FirstOrDefault(each => each.Name == column)
            ?? throw Refuse($"{table.Name} has no column {column}, which the settings name as its Key.")).ToList();
        // With two rows of one key the second would be passed over where a page ends between them.
        if (key.Count == 0 || key.Any(column => !column.IsNotNull) || !shape.UniqueKeys.Any(unique => unique.All(named.Contains)))
            throw Refuse($"{table.Name} has no primary key, or no unique index on the NOT NULL columns that the settings name as its Key.");
        // Pages would be cut by the operators of text, or none, and sorted by the type's own: rows between two pages would be lost.
        if (key.Find(column => column.HasOwnOrder) is { } foreign)
            throw Refuse($"{foreign.Name} of {table.Name} is {foreign.Type}, a type with an order of its own that pages cannot follow; "
                + "name another Key, such as a unique column GENERATED ALWAYS AS its text.");
        return new(table, shape, key, dayColumn, on, pageRows);
    }

    /// <summary>The statement of the next page: a row's JSON, then its key as texts.</summary>
    /// <param name="after">The key of the last row that was read; null for the first page.</param>
    public NpgsqlCommand Page(NpgsqlConnection connection, IReadOnlyList<string>? after)
    {
        var columns = string.Join(", ", key.Select(column => $"t.{Quote(column.Name)}"));
        var texts = string.Join(", ", key.Select(column => $"t.{Quote(column.Name)}::text"));
        var behind = after is null ? "" : $" AND ({columns}) > ({string.Join(", ", key.Select((column, i) => $"${i + 1 + DayParameters}::text::{column.Type}"))})";
        var command = new NpgsqlCommand(
            $"SELECT row_to_json((SELECT r FROM (SELECT {rows}) AS r))::text, {texts} FROM {name} AS t WHERE {day.Condition}{behind} ORDER BY {columns} "
            + $"LIMIT {pageRows.ToString(CultureInfo.InvariantCulture)}", connection);
        foreach (var parameter in day.Parameters) command.Parameters.Add(parameter.Clone());
        foreach (var value in after ?? []) command.Parameters.Add(new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    }

    /// <summary>A table's name as SQL reads it.</summary>
    public static string QuotedName(string name) => $"{QuotedSchema(name)}.{Quote(name[(name.IndexOf('.') + 1)..])}";

    /// <summary>The schema of a table's name as SQL reads it.</summary>
    public static string QuotedSchema(string name) => Quote(name.IndexOf('.') is > 0 and var dot ? name[..dot] : "public");

    private static string Value(TableColumn column, string zone)
    {
        var value = $"t.{Quote(column.Name)}";
        if (column.IsNumber) return $"{value}::text";
        return column.BaseType == "timestamp" ? $"{value} AT TIME ZONE {Literal(zone)}" : value;
    }

    private static (string Condition, NpgsqlParameter[] Parameters) DayOf(TableColumn column, string timeZone, DateOnly on)
    {
        var (name, next) = ($"t.{Quote(column.Name)}", on.AddDays(1));
        var condition = $"{name} >= $1 AND {name} < $2";
        return column.BaseType switch
        {
            "date" => (condition, [Parameter(on, NpgsqlDbType.Date), Parameter(next, NpgsqlDbType.Date)]),
            "timestamp" => (condition, [Parameter(on.ToDateTime(default), NpgsqlDbType.Timestamp), Parameter(next.ToDateTime(default), NpgsqlDbType.Timestamp)]),
            _ => (condition, [Parameter(Begin(on, timeZone), NpgsqlDbType.TimestampTz), Parameter(Begin(next, timeZone), NpgsqlDbType.TimestampTz)]),
        };
    }

    // Where clocks are set forward at midnight, the day begins behind the gap.
    private static DateTime Begin(DateOnly day, string timeZone)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(timeZone);
        var local = day.ToDateTime(default);
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return DateTime.SpecifyKind(local - offset, DateTimeKind.Utc);
    }

    private static NpgsqlParameter Parameter(object value, NpgsqlDbType type) => new() { Value = value, NpgsqlDbType = type };

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static ProviderException Refuse(string reason) => new(new(VerdictKind.Refused, $"PostgreSQL was not asked: {reason}"));
}
