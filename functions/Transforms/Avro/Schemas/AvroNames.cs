using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Transforms.Avro.Schemas;

/// <summary>Names of types and fields.</summary>
/// <remarks>https://avro.apache.org/docs/1.12.0/specification/#names</remarks>
internal static partial class AvroNames
{
    /// <summary>A name with its namespace: one with dots has it already.</summary>
    public static string Full(string name, string space)
    {
        if (name.Contains('.')) return name.TrimStart('.');
        return space.Length == 0 ? name : $"{space}.{name}";
    }

    /// <summary>The namespace of a full name; empty for none.</summary>
    public static string SpaceOf(string full) => full.LastIndexOf('.') is >= 0 and var dot ? full[..dot] : "";

    /// <summary>Letters, digits and underscores, no digit first.</summary>
    public static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>Names with single dots between them.</summary>
    public static bool IsFullName(string name) => name.Split('.').All(IsName);

    /// <summary>A text of an object; null when there is none.</summary>
    public static string? Text(JsonElement json, string key) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>The texts of an object's list; none when there is no list.</summary>
    public static IReadOnlyList<string> Texts(JsonElement json, string key) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")] private static partial Regex Name();
}
