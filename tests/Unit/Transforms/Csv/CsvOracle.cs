using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Publications;

namespace Pipeline.Tests.Unit.Transforms.Csv;

/// <summary>What a person reads in a CSV file, byte by byte.</summary>
internal static partial class CsvOracle
{
    private static readonly UTF8Encoding Strict = new(false, true);

    /// <summary>A record's place and verdict: the values in column order, or the code and field.</summary>
    public sealed record Row(int Start, int End, RejectionCode? Code, string Field, string?[] Values);

    public static List<Row> Read(DatasetContract contract, byte[] file)
    {
        var rows = new List<Row>();
        var at = 0;
        while (at < file.Length)
        {
            if (IsBreak(file[at]))
            {
                at++;
                continue;
            }
            var limit = contract.Limits.MaxRecordBytes;
            var (end, fields) = Record(file, at, (byte)contract.Source.Csv!.Delimiter, out var strayAt);
            var line = at;
            while (line < file.Length && !IsBreak(file[line])) line++;
            RejectionCode? code = null;
            if (end < 0 || end - at > limit) (code, end) = (line - at > limit ? RejectionCode.TooLarge : RejectionCode.BadQuote, line);
            if (code != RejectionCode.TooLarge && !IsUtf8(file[at..end])) code = RejectionCode.BadUtf8;
            if (code is null && fields.Count != contract.Source.Csv.Fields.Count) code = RejectionCode.RaggedRow;
            Assert.True(strayAt is null || code is not null);
            rows.Add(code is not null ? new(at, end, code, "", []) : Judge(contract, fields) with { Start = at, End = end });
            at = end;
        }
        return rows;
    }

    /// <summary>The record that begins at a byte: where it ends and its fields; -1 where a quote stands wrong or does not close.</summary>
    private static (int End, List<(byte[] Text, bool IsQuoted)> Fields) Record(byte[] file, int at, byte delimiter, out int? strayAt)
    {
        var fields = new List<(byte[], bool)>();
        var text = new List<byte>();
        var (isQuoted, isOpen, isClosed, isBegun) = (false, false, false, false);
        strayAt = null;
        for (; at < file.Length; at++)
        {
            var each = file[at];
            if (isOpen)
            {
                if (each != '"') text.Add(each);
                else if (at + 1 < file.Length && file[at + 1] == '"') text.Add(file[++at]);
                else (isOpen, isClosed) = (false, true);
            }
            else if (each == delimiter || IsBreak(each))
            {
                fields.Add(([.. text], isQuoted));
                text.Clear();
                (isQuoted, isClosed, isBegun) = (false, false, false);
                if (each != delimiter) return (at, fields);
            }
            else if (isClosed || (each == '"' && isBegun))
            {
                strayAt = at;
                return (-1, fields);
            }
            else if (each == '"') (isQuoted, isOpen, isBegun) = (true, true, true);
            else
            {
                text.Add(each);
                isBegun = true;
            }
        }
        fields.Add(([.. text], isQuoted));
        return (isOpen ? -1 : at, fields);
    }

    private static Row Judge(DatasetContract contract, List<(byte[] Text, bool IsQuoted)> fields)
    {
        var values = new List<string?>();
        foreach (var column in contract.Columns)
        {
            var path = column.From.FirstOrDefault(contract.Source.Csv!.Fields.Contains) ?? column.From[0];
            var place = contract.Source.Csv!.Fields.ToList().IndexOf(path);
            var text = place < 0 ? null : Encoding.UTF8.GetString(fields[place].Text);
            var isNull = text is null || (!fields[place].IsQuoted && contract.Source.Csv.Nulls.Contains(text));
            if (isNull && column.Required)
                return new(0, 0, text is null ? RejectionCode.Missing : RejectionCode.Null, path, []);
            if (isNull) values.Add(null);
            else if (Convert(column, text!, contract.Limits.MaxDepth) is (var value, null)) values.Add(value);
            else return new(0, 0, Convert(column, text!, contract.Limits.MaxDepth).Code, path, []);
        }
        return new(0, 0, null, "", [.. values]);
    }

    private static (string? Value, RejectionCode? Code) Convert(ColumnSpec column, string text, int maxDepth)
    {
        switch (column.Type.Kind)
        {
            case ColumnKind.String:
                if (text.Contains('\0')) return (null, RejectionCode.NulCharacter);
                return text.EnumerateRunes().Count() > column.MaxLength ? (null, RejectionCode.TooLong) : (text, null);
            case ColumnKind.Int64 when Plain().IsMatch(text):
                return Scaled(text, 0) is { } whole && whole >= long.MinValue && whole <= long.MaxValue ? ($"{whole}", null) : (null, RejectionCode.OutOfRange);
            case ColumnKind.Decimal when Plain().IsMatch(text):
                return Scaled(text, column.Type.Scale) is { } exact && BigInteger.Abs(exact) < BigInteger.Pow(10, column.Type.Precision)
                    ? ($"{exact}", null) : (null, RejectionCode.OutOfRange);
            case ColumnKind.Float64 when Number().IsMatch(text):
                var real = double.Parse(text, CultureInfo.InvariantCulture);
                return double.IsFinite(real) ? (real.ToString("R"), null) : (null, RejectionCode.OutOfRange);
            case ColumnKind.Bool when text.ToLowerInvariant() is "true" or "1":
                return ("true", null);
            case ColumnKind.Bool when text.ToLowerInvariant() is "false" or "0":
                return ("false", null);
            case ColumnKind.Timestamp:
                var instant = JsonOracle.Judge(
                    Given.Contract(column with { From = ["t"] }), JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["t"] = text }));
                return (instant.Values.FirstOrDefault(), instant.Code);
            case ColumnKind.Json:
                return IsJson(text, maxDepth) is { } fault ? (null, fault) : (text, null);
            default:
                return (null, RejectionCode.WrongType);
        }
    }

    /// <summary>As JSON records are judged, whose oracle is another one: the text as the only value of an object.</summary>
    private static RejectionCode? IsJson(string text, int maxDepth)
    {
        var column = new ColumnSpec("j", new(ColumnKind.Json), ["j"]);
        if (text.StartsWith('\uFEFF')) return RejectionCode.MalformedJson;
        try
        {
            using var json = JsonDocument.Parse(text, new() { MaxDepth = maxDepth });
        }
        catch (JsonException)
        {
            return JsonOracle.Judge(Given.Contract(column) with { Limits = new(MaxDepth: maxDepth) }, Encoding.UTF8.GetBytes(text)).Code;
        }
        return JsonOracle.Judge(Given.Contract(column) with { Limits = new(MaxDepth: maxDepth + 1) }, Encoding.UTF8.GetBytes("{\"j\":" + text + "}")).Code;
    }

    /// <summary>The number times a power of ten; null when it is no whole number then.</summary>
    private static BigInteger? Scaled(string text, int scale)
    {
        var point = text.IndexOf('.');
        var fraction = point < 0 ? "" : text[(point + 1)..].TrimEnd('0');
        if (fraction.Length > scale) return null;
        return BigInteger.Parse((point < 0 ? text : text[..point]) + fraction.PadRight(scale, '0'), CultureInfo.InvariantCulture);
    }

    private static bool IsBreak(byte value) => value is (byte)'\r' or (byte)'\n';

    private static bool IsUtf8(byte[] text)
    {
        try
        {
            return Strict.GetCharCount(text) >= 0;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?\z")] private static partial Regex Plain();

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z")] private static partial Regex Number();
}
