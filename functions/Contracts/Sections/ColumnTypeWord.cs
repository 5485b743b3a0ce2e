using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Contracts.Yaml;
using Pipeline.Domain.Datasets;

namespace Pipeline.Contracts.Sections;

/// <summary>The type of a column as a contract writes it.</summary>
internal static partial class ColumnTypeWord
{
    private const int MaxDigits = 38;       // what a 128-bit integer holds: Parquet's and Spark's bound

    private static readonly Words Types = new("type", "string", "int64", "float64", "decimal(p,s)", "bool", "timestamp", "date", "json");

    /// <summary>The type a word stands for; null when there is none or it is bad, which is reported.</summary>
    public static ColumnType? Read(YamlText? word, string subject, FaultList faults)
    {
        ColumnType? plain = word?.Value switch
        {
            "string" => new(ColumnKind.String),
            "int64" => new(ColumnKind.Int64),
            "float64" => new(ColumnKind.Float64),
            "bool" => new(ColumnKind.Bool),
            "timestamp" => new(ColumnKind.Timestamp),
            "date" => new(ColumnKind.Date),
            "json" => new(ColumnKind.Json),
            _ => null,
        };
        if (plain is not null || word is null) return plain;
        var name = word.Value.Split('(', 2)[0].TrimEnd();
        if (name == "decimal") return Decimal(word, subject, faults);
        var meant = name.StartsWith("dec", StringComparison.Ordinal) ? "decimal(p,s)" : name;
        faults.Add(word, $"{subject} has type {FaultList.Quote(word.Value)}", Types.InsteadOf(meant));
        return null;
    }

    private static ColumnType? Decimal(YamlText word, string subject, FaultList faults)
    {
        var form = DecimalForm().Match(word.Value);
        if (!form.Success)
        {
            // Between braces YAML ends an unquoted text at the comma, so decimal(18,4) arrives as 'decimal(18'.
            faults.Add(word, $"{subject} has type {FaultList.Quote(word.Value)}",
                "write the digits in all and those after the point, in quotes: \"decimal(18,4)\"");
            return null;
        }
        var precision = int.Parse(form.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        var scale = int.Parse(form.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
        if (precision is >= 1 and <= MaxDigits && scale <= precision) return new(ColumnKind.Decimal, precision, scale);
        faults.Add(word, $"{subject} has type {FaultList.Quote(word.Value)}, which is out of bounds",
            $"write decimal(p,s) with p from 1 to {MaxDigits} and s from 0 to p");
        return null;
    }

    [GeneratedRegex(@"\Adecimal\s*\(\s*([0-9]{1,4})\s*,\s*([0-9]{1,4})\s*\)\z")] private static partial Regex DecimalForm();
}
