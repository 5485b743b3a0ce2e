using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.BigQuery;

/// <summary>The form of the table's rows, and the changes of it that can be switched on.</summary>
internal sealed class BigQueryStructures(Structures structures)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>
    {
        ["field_renamed"] = "product_information.SKU is called product_information.sku",
        ["field_vanished"] = "there is no column timestamp any more",
        ["field_retyped"] = "timestamp is a STRING such as 01.10.2026 12:00:00",
        ["field_added"] = "there is a column session_id",
        ["envelope"] = "the rows stand under results",
    };

    /// <summary>The key of the rows.</summary>
    public string RowsKey(DateOnly day) => Has("envelope", day) ? "results" : "rows";

    /// <summary>The columns of a result; all for none named.</summary>
    public IReadOnlyList<string> Columns(DateOnly day, IReadOnlyList<string> asked)
    {
        string[] all = Has("field_added", day) ? ["timestamp", "event_date", "event_name", "user_identifiers", "product_information", "session_id"]
            : ["timestamp", "event_date", "event_name", "user_identifiers", "product_information"];
        if (Has("field_vanished", day)) all = all[1..];
        return asked.Count == 0 ? all : asked;
    }

    /// <summary>Whether the table has a column on that day.</summary>
    public bool HasColumn(DateOnly day, string column) => Columns(day, []).Contains(column);

    /// <summary>A column as the schema tells it.</summary>
    public JsonNode Field(DateOnly day, string column) => column switch
    {
        "timestamp" => Plain(column, Has("field_retyped", day) ? "STRING" : "TIMESTAMP"),
        "event_date" => Plain(column, "DATE"),
        "user_identifiers" => Record(column, Plain("id", "STRING"), Plain("platform", "STRING")),
        "product_information" => Record(column, Plain("name", "STRING"), Plain(Has("field_renamed", day) ? "sku" : "SKU", "STRING")),
        _ => Plain(column, "STRING"),
    };

    /// <summary>A column's value, as cells carry it.</summary>
    public JsonNode? Value(UserAction row, string column) => column switch
    {
        "timestamp" => Has("field_retyped", row.Day)
            ? DateTimeOffset.FromUnixTimeMilliseconds(row.Micros / 1000).ToString("dd.MM.yyyy HH:mm:ss", CultureInfo.InvariantCulture)
            : row.Micros.ToString(CultureInfo.InvariantCulture),
        "event_date" => row.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        "event_name" => row.Event,
        "user_identifiers" => Cells(row.User, row.Platform),
        "product_information" => Cells(row.ProductName, row.Sku),
        _ => $"session-{row.User}",
    };

    /// <summary>A value in its cell.</summary>
    public static JsonObject Cell(JsonNode? value) => new() { ["v"] = value };

    private static JsonObject Cells(params IEnumerable<string?> values) => new() { ["f"] = new JsonArray([.. values.Select(value => Cell(value))]) };

    private static JsonObject Plain(string name, string type) => new() { ["name"] = name, ["type"] = type, ["mode"] = "NULLABLE" };

    private static JsonObject Record(string name, params JsonNode[] parts) =>
        new() { ["name"] = name, ["type"] = "RECORD", ["mode"] = "NULLABLE", ["fields"] = new JsonArray(parts) };

    private bool Has(string change, DateOnly day) => structures.Touches(Platforms.BigQuery, change, day, day);
}
