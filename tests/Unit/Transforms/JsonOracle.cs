using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms;

/// <summary>The decoder's verdicts by other means: System.Text.Json for the syntax, plain and slow rules for the fields.</summary>
internal static partial class JsonOracle
{
    /// <summary>The row's values in column order, or the verdict and its field.</summary>
    public static (RejectionCode? Code, string Field, string?[] Values) Judge(DatasetContract contract, byte[] record)
    {
        var text = record.AsSpan().StartsWith("\uFEFF"u8) ? record[3..] : record;
        if (Syntax(text, contract.Limits.MaxDepth) is { } fault) return (fault, "", []);
        using var json = JsonDocument.Parse(text, new() { MaxDepth = 1000 });
        var values = new List<string?>();
        foreach (var column in contract.Columns)
        {
            var (field, found, value) = Find(json.RootElement, column);
            if (found is null or { ValueKind: JsonValueKind.Null })
            {
                if (value is not null) return (value, field, []);
                if (column.Required) return (found is null ? RejectionCode.Missing : RejectionCode.Null, field, []);
                values.Add(null);
                continue;
            }
            var (code, stored) = Convert(column, found.Value);
            if (code is not null) return (code, field, []);
            values.Add(stored);
        }
        return (null, "", [.. values]);
    }

    private static RejectionCode? Syntax(byte[] text, int maxDepth)
    {
        if (BadUtf8(text)) return RejectionCode.BadUtf8;
        if (text.All(each => each is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')) return RejectionCode.MalformedJson;
        try
        {
            var complete = Walk(text, false, maxDepth, out var fault, out var isObject);
            if (fault is not null) return fault;
            if (complete) return isObject ? null : RejectionCode.NotAnObject;
        }
        catch (JsonException)
        {
            return RejectionCode.MalformedJson;
        }
        try
        {
            return Walk(text, true, maxDepth, out _, out _) ? RejectionCode.NotAnObject : RejectionCode.Truncated;
        }
        catch (JsonException)
        {
            return RejectionCode.Truncated;
        }
    }

    private static bool Walk(byte[] text, bool isFinal, int maxDepth, out RejectionCode? fault, out bool isObject)
    {
        var reader = new Utf8JsonReader(text, isFinal, new(new() { MaxDepth = 1000 }));
        var objects = new Stack<HashSet<string>>();
        var tokens = 0;
        isObject = false;
        while (reader.Read())
        {
            isObject |= tokens++ == 0 && reader.TokenType == JsonTokenType.StartObject;
            fault = Token(ref reader, objects, maxDepth);
            if (fault is not null) return false;
        }
        fault = null;
        return tokens != 0 && reader.CurrentDepth == 0 && reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray);
    }

    private static RejectionCode? Token(ref Utf8JsonReader reader, Stack<HashSet<string>> objects, int maxDepth)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                objects.Push(new(StringComparer.Ordinal));
                return objects.Count > maxDepth ? RejectionCode.TooDeep : null;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                objects.Pop();
                return null;
            case JsonTokenType.PropertyName or JsonTokenType.String when HasHalfPair(Encoding.UTF8.GetString(reader.ValueSpan)):
                return RejectionCode.BadUtf8;
            case JsonTokenType.PropertyName:
                return objects.Peek().Add(reader.GetString()!) ? null : RejectionCode.DuplicateKey;
            default:
                return null;
        }
    }

    /// <summary>Whether a text names half a surrogate pair; one that is cut off in the middle of its text may.</summary>
    public static bool HasHalfPair(string text) => HalfPair().IsMatch(EscapedBackslash().Replace(text, "__"));

    private static (string Field, JsonElement? Found, RejectionCode? Blocked) Find(JsonElement record, ColumnSpec column)
    {
        foreach (var path in column.From)
        {
            JsonElement? at = record;
            foreach (var name in path.Split('.'))
            {
                if (at is { ValueKind: JsonValueKind.Null }) break;
                if (at is { ValueKind: not JsonValueKind.Object }) return (path, null, RejectionCode.WrongType);
                at = at is { } parent && parent.TryGetProperty(name, out var child) ? child : null;
                if (at is null) break;
            }
            if (at is not null) return (path, at, null);
        }
        return (column.From[0], null, null);
    }

    private static (RejectionCode?, string?) Convert(ColumnSpec column, JsonElement value)
    {
        var isText = value.ValueKind == JsonValueKind.String;
        var isNumber = value.ValueKind == JsonValueKind.Number;
        var raw = value.GetRawText();
        switch (column.Type.Kind)
        {
            case ColumnKind.String when isText:
                var text = value.GetString()!;
                if (text.Contains('\0')) return (RejectionCode.NulCharacter, null);
                return text.EnumerateRunes().Count() > column.MaxLength ? (RejectionCode.TooLong, null) : (null, text);
            case ColumnKind.Int64 when isNumber && Whole().IsMatch(raw):
                return long.TryParse(raw, CultureInfo.InvariantCulture, out var number) ? (null, $"{number}") : (RejectionCode.OutOfRange, null);
            case ColumnKind.Float64 when isNumber:
                var real = double.Parse(raw, CultureInfo.InvariantCulture);
                return double.IsFinite(real) ? (null, real.ToString("R")) : (RejectionCode.OutOfRange, null);
            case ColumnKind.Decimal when isNumber || (isText && Plain().IsMatch(value.GetString()!)):
                return Exact(isText ? value.GetString()! : raw, column.Type) is { } exact ? (null, exact) : (RejectionCode.OutOfRange, null);
            case ColumnKind.Bool when value.ValueKind is JsonValueKind.True or JsonValueKind.False:
                return (null, raw);
            case ColumnKind.Json:
                return EscapedBackslash().Replace(raw, "__").Contains("\\u0000") ? (RejectionCode.NulCharacter, null) : (null, raw);
            case ColumnKind.Timestamp when isText:
                return Instant(value.GetString()!);
            default:
                return (RejectionCode.WrongType, null);
        }
    }

    private static string? Exact(string number, ColumnType type)
    {
        var parts = number.Split('e', 'E');
        var exponent = parts.Length == 1 ? 0 : BigInteger.Parse(parts[1], CultureInfo.InvariantCulture);
        var point = parts[0].IndexOf('.');
        var digits = BigInteger.Parse(parts[0].Replace(".", ""), CultureInfo.InvariantCulture);
        if (digits.IsZero) return "0";
        var zeros = exponent - (point < 0 ? 0 : parts[0].Length - point - 1) + type.Scale;
        if (BigInteger.Abs(zeros) > 1000) return null;
        var power = BigInteger.Pow(10, (int)BigInteger.Abs(zeros));
        if (zeros.Sign < 0 && !(digits % power).IsZero) return null;
        var unscaled = zeros.Sign < 0 ? digits / power : digits * power;
        return BigInteger.Abs(unscaled) < BigInteger.Pow(10, type.Precision) ? unscaled.ToString(CultureInfo.InvariantCulture) : null;
    }

    private static (RejectionCode?, string?) Instant(string text)
    {
        var match = Timestamp().Match(text);
        if (!match.Success) return (RejectionCode.BadTimestamp, null);
        if (!DateTime.TryParseExact(match.Groups[1].Value + " " + match.Groups[2].Value, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return (match.Groups[1].Value.StartsWith("0000", StringComparison.Ordinal) ? null : RejectionCode.BadTimestamp, "year 0");
        var zone = match.Groups[4].Value.Replace(":", "");
        if (zone.Length == 0) return (RejectionCode.TimestampWithoutZone, null);
        var (hours, minutes) = zone.Length < 3 ? (0, 0) : (int.Parse(zone[1..3]), zone.Length == 5 ? int.Parse(zone[3..]) : 0);
        if (hours > 23 || minutes > 59) return (RejectionCode.BadTimestamp, null);
        var micros = (time - DateTime.UnixEpoch).Ticks / 10 + long.Parse(match.Groups[3].Value.PadRight(6, '0')[..6]);
        micros -= (hours * 60L + minutes) * 60_000_000 * (zone[0] == '-' ? -1 : 1);
        var utc = (Int128)micros * 10 + DateTime.UnixEpoch.Ticks;
        return utc >= 0 && utc <= DateTime.MaxValue.Ticks ? (null, $"{micros}") : (RejectionCode.OutOfRange, null);
    }

    private static bool BadUtf8(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(text, out _, out var read);
            if (status != System.Buffers.OperationStatus.Done) return status == System.Buffers.OperationStatus.InvalidData;
            text = text[read..];
        }
        return false;
    }

    [GeneratedRegex(@"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F]..)|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]..")] private static partial Regex HalfPair();

    [GeneratedRegex(@"\\\\")] private static partial Regex EscapedBackslash();

    [GeneratedRegex(@"\A-?[0-9]+\z")] private static partial Regex Whole();

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?\z")] private static partial Regex Plain();

    [GeneratedRegex(@"\A([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?\z")]
    private static partial Regex Timestamp();
}
