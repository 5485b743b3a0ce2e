using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>Where a page begins.</summary>
/// <param name="First">Rows before it.</param>
/// <param name="Number">Pages before it, empty ones not counted.</param>
/// <param name="AfterEmpty">An empty page was given in its place already.</param>
internal readonly record struct GraphCursor(int First, int Number, bool AfterEmpty)
{
    /// <summary>The cursor of a request; the beginning when there is none.</summary>
    /// <exception cref="GraphRefusal">Code 100: it is none of ours.</exception>
    public static GraphCursor Read(GraphRequest request)
    {
        if (request["after"] is not { } text) return default;
        var parts = Base64Url.IsValid(text) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('.') : [];
        return parts is [var first, var number, var empty] && int.TryParse(first, out var rows) && int.TryParse(number, out var page) && rows >= 0
            ? new(rows, page, empty == "1")
            : throw GraphRequest.Invalid("Invalid cursors values");
    }

    /// <summary>As it stands in addresses.</summary>
    public string ToText() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{First}.{Number}.{(AfterEmpty ? 1 : 0)}")));
}

/// <summary>One page of a list.</summary>
internal static class GraphPage
{
    /// <summary>The rows from the cursor on; <c>paging.next</c> only where more follows. An empty page always says that more follows.</summary>
    public static JsonObject Of(GraphRequest request, GraphCursor cursor, int limit, IReadOnlyList<JsonObject> rows, bool empty)
    {
        var count = empty ? 0 : Math.Clamp(rows.Count - cursor.First, 0, limit);
        var after = empty
            ? cursor with { AfterEmpty = true }
            : new GraphCursor(cursor.First + count, cursor.Number + 1, AfterEmpty: false);
        var paging = new JsonObject { ["cursors"] = new JsonObject { ["before"] = cursor.ToText(), ["after"] = after.ToText() } };
        if (empty || after.First < rows.Count) paging["next"] = request.Address(after.ToText());
        var data = new JsonArray([.. rows.Skip(cursor.First).Take(count).Select(row => row.DeepClone())]);
        return rows.Count == 0 && !empty ? new() { ["data"] = data } : new() { ["data"] = data, ["paging"] = paging };
    }
}
