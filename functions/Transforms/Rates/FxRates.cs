using System.Text;
using Pipeline.Domain.Failures;
using Pipeline.Transforms.Json.Fields;

namespace Pipeline.Transforms.Rates;

/// <summary>A table of exchange rates in memory.</summary>
public sealed class FxRates : IRates
{
    /// <summary>Days a rate stands for when none is published: weekends and holidays.</summary>
    public const int MaxAgeDays = 7;

    /// <summary>The first line of a table's text.</summary>
    public const string Heading = "date,currency,rate";

    private const int Precision = 20;

    private readonly Dictionary<string, SortedList<int, Int128>> byCurrency = new(StringComparer.Ordinal);

    /// <summary>Reads a table: <see cref="Heading"/>, then lines such as <c>2026-10-01,EUR,1.1731</c> in any order.</summary>
    /// <param name="text">CSV without quotes.</param>
    /// <param name="name">What errors call the table.</param>
    /// <exception cref="TerminalException">A line is no rate, or a day has two; the message names the line.</exception>
    public static FxRates Parse(string text, string name)
    {
        var rates = new FxRates();
        var lines = text.TrimStart('\uFEFF').Split('\n');
        if (lines[0].TrimEnd('\r') != Heading) throw Bad(name, 1, $"the first line is not '{Heading}'");
        for (var i = 1; i < lines.Length; i++)
            if (lines[i].TrimEnd('\r') is { Length: > 0 } line && rates.Add(line) is { } fault) throw Bad(name, i + 1, fault);
        return rates;
    }

    /// <inheritdoc/>
    public Int128? Find(ReadOnlySpan<byte> currency, int day)
    {
        Span<char> code = stackalloc char[3];
        if (currency.Length != code.Length || Encoding.UTF8.GetChars(currency, code) != code.Length) return null;
        if (!byCurrency.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(code, out var days)) return null;
        for (var age = 0; age <= MaxAgeDays; age++)
            if (days.TryGetValue(day - age, out var rate)) return rate;
        return null;
    }

    private string? Add(string line)
    {
        var fields = line.Split(',');
        if (fields.Length != 3) return $"the line has {fields.Length} fields and not three";
        if (TimestampText.ParseDate(Encoding.UTF8.GetBytes(fields[0]), out var day) is not null)
            return "the date is not of the form 2026-10-01";
        if (fields[1].Length != 3 || !fields[1].All(char.IsAsciiLetterUpper)) return "the currency is no code of three capital letters";
        var number = Encoding.UTF8.GetBytes(fields[2]);
        if (!DecimalText.IsPlain(number) || !DecimalText.TryParse(number, Precision, IRates.Scale, out var rate) || rate <= 0)
            return $"the rate is no number above 0 with at most {IRates.Scale} digits after the point";
        if (!byCurrency.TryGetValue(fields[1], out var days)) byCurrency.Add(fields[1], days = []);
        return days.TryAdd(day, rate) ? null : $"{fields[1]} has a second rate for {fields[0]}";
    }

    private static TerminalException Bad(string name, int line, string why) =>
        new($"The exchange rates in {name} cannot be used: in line {line} {why}. Correct the line.");
}
