using System.Globalization;
using System.Text.Json;

namespace Pipeline.App.Http;

/// <summary>Reads the small JSON bodies that requests have, and says all that is wrong with one.</summary>
internal static class JsonBody
{
    /// <summary>The body as an object; null when it is none, which is a fault. Members that have no meaning are faults too.</summary>
    public static async Task<JsonElement?> ReadAsync(Stream body, IReadOnlyCollection<string> names, List<string> faults, CancellationToken stopping)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: stopping);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                var root = document.RootElement.Clone();
                faults.AddRange(root.EnumerateObject().Where(member => !names.Contains(member.Name))
                    .Select(member => $"'{member.Name}' is not known; the members are {string.Join(", ", names)}."));
                return root;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }
        faults.Add($"The body is not a JSON object with {string.Join(", ", names)}.");
        return null;
    }

    /// <summary>A text that must be there.</summary>
    public static string? Text(JsonElement body, string name, string example, List<string> faults)
    {
        if (body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text) return text;
        faults.Add($"'{name}' is missing or no text; write {example}.");
        return null;
    }

    /// <summary>A text that may be missing.</summary>
    public static string? OptionalText(JsonElement body, string name, string example, List<string> faults) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? Text(body, name, example, faults) : null;

    /// <summary>A day that must be there.</summary>
    public static DateOnly? Day(JsonElement body, string name, List<string> faults)
    {
        if (body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        faults.Add($"'{name}' is missing or no day; write it as 2026-09-30.");
        return null;
    }

    /// <summary>A list of texts; null when it is missing.</summary>
    public static IReadOnlyList<string>? Texts(JsonElement body, string name, List<string> faults)
    {
        if (!body.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
            return [.. value.EnumerateArray().Select(item => item.GetString()!).Distinct()];
        faults.Add($"'{name}' is no list of texts; write [\"a\", \"b\"], or leave it out for all.");
        return null;
    }
}
