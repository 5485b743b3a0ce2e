using System.Globalization;
using System.Text;
using Pipeline.Domain.Failures;

namespace Pipeline.Transforms.Attribution;

/// <summary>How long after a click or a view a conversion is still attributed to it, campaign by campaign.</summary>
/// <remarks>Part of the correlation's input, as the rows are: the same table always gives the same result.</remarks>
public sealed class Campaigns
{
    /// <summary>The first line of a table's text.</summary>
    public const string Heading = "campaign_id,name,advertiser,click_lookback_days,view_lookback_hours";

    /// <summary>Days a touch can count for at most; beyond, every change of a day would recompute months.</summary>
    public const int MaxLookbackDays = 90;

    private readonly Dictionary<string, Lookback> byId = new(StringComparer.Ordinal);

    /// <summary>What holds for a campaign that the table does not name, and for touches of none: 7 days and 24 hours.</summary>
    public static Lookback Default { get; } = new(TimeSpan.FromDays(7), TimeSpan.FromHours(24));

    /// <summary>Whole days before a conversion's day on which a touch of it can lie.</summary>
    public int LookbackDays => byId.Values.Append(Default).Max(each => Math.Max(Days(each.Click), Days(each.View)));

    /// <summary>The look-back of a campaign.</summary>
    /// <param name="campaignId">UTF-8.</param>
    public Lookback Of(ReadOnlySpan<byte> campaignId) => byId.GetValueOrDefault(Encoding.UTF8.GetString(campaignId), Default);

    /// <summary>Reads a table: <see cref="Heading"/>, then a line for each campaign; an empty look-back is the default.</summary>
    /// <param name="text">CSV without quotes.</param>
    /// <param name="name">What errors call the table.</param>
    /// <exception cref="TerminalException">A line is no campaign, or one is named twice; the message names the line.</exception>
    public static Campaigns Parse(string text, string name)
    {
        var campaigns = new Campaigns();
        var lines = text.TrimStart('\uFEFF').Split('\n');
        if (lines[0].TrimEnd('\r') != Heading) throw Bad(name, 1, $"the first line is not '{Heading}'");
        for (var i = 1; i < lines.Length; i++)
            if (lines[i].TrimEnd('\r') is { Length: > 0 } line && campaigns.Add(line) is { } fault) throw Bad(name, i + 1, fault);
        return campaigns;
    }

    private string? Add(string line)
    {
        var fields = line.Split(',');
        if (fields.Length != 5) return $"the line has {fields.Length} fields and not five";
        if (line.Contains('"')) return "a field has a quotation mark, which this table does not know";
        if (fields[0].Length == 0) return "the campaign has no id";
        if (Whole(fields[3], Default.Click.TotalDays, MaxLookbackDays) is not { } days)
            return $"click_lookback_days is no whole number from 0 to {MaxLookbackDays}";
        if (Whole(fields[4], Default.View.TotalHours, 24 * MaxLookbackDays) is not { } hours)
            return $"view_lookback_hours is no whole number from 0 to {24 * MaxLookbackDays}";
        var lookback = new Lookback(TimeSpan.FromDays(days), TimeSpan.FromHours(hours));
        return byId.TryAdd(fields[0], lookback) ? null : $"campaign '{fields[0]}' has a second line";
    }

    private static int? Whole(string text, double missing, int max)
    {
        if (text.Length == 0) return (int)missing;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max ? number : null;
    }

    private static int Days(TimeSpan lookback) => (int)Math.Ceiling(lookback.TotalDays);

    private static TerminalException Bad(string name, int line, string why) =>
        new($"The campaigns in {name} cannot be used: in line {line} {why}. Correct the line.");
}

/// <summary>How long a campaign's touches count; both ends of the span included.</summary>
public readonly record struct Lookback(TimeSpan Click, TimeSpan View);
