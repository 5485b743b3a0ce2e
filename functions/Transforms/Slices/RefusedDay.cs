using System.Globalization;
using System.Text.Json;
using Pipeline.Domain.Datasets;

namespace Pipeline.Transforms.Slices;

/// <summary>The day a refused record tells: read without the decoder, which may have refused it for any other field.</summary>
/// <remarks>Understood: texts and numbers that begin with <c>2026-10-01</c> or <c>20261001</c>, which is how providers write days of an
/// account's own zone.</remarks>
internal sealed class RefusedDay
{
    private const int TextBytes = 10;

    private readonly string[][] paths;

    /// <param name="dayColumn">The contract's column that tells a row's day.</param>
    public RefusedDay(DatasetContract contract, int dayColumn)
    {
        var column = contract.Columns[dayColumn];
        if (column.Derive is { } derive) column = contract.Columns[contract.IndexOf(derive.Column)];
        var from = column.From.Concat(column.FromBySource?.Values.SelectMany(each => each) ?? []);
        paths = [.. from.Distinct(StringComparer.Ordinal).Select(path => path.Split('.'))];
    }

    /// <summary>The day; null when the record does not tell it or cannot be read.</summary>
    public DateOnly? Of(ReadOnlyMemory<byte> record)
    {
        try
        {
            using var json = JsonDocument.Parse(record);
            foreach (var path in paths)
                if (Find(json.RootElement, path) is { } found && Parse(found) is { } day) return day;
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement? Find(JsonElement element, string[] path)
    {
        foreach (var name in path)
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
        return element;
    }

    private static DateOnly? Parse(JsonElement value)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number)) return null;
        var text = value.ToString().AsSpan();
        if (Parse(text, "yyyy-MM-dd", TextBytes) is { } day) return day;
        return Parse(text, "yyyyMMdd", TextBytes - 2);
    }

    private static DateOnly? Parse(ReadOnlySpan<char> text, string form, int length) =>
        text.Length >= length
        && DateOnly.TryParseExact(text[..length], form, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
}
