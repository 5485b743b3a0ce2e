using System.Text;
using System.Text.Json;
using Pipeline.Parquet.Columns;
using Pipeline.Transforms.Attribution;

namespace Pipeline.Tests.Unit.Transforms.Attribution;

/// <summary>A view or click; times are microseconds since the epoch.</summary>
internal sealed record Touch(TouchKind Kind, string User, string? Campaign, string? Creative, long Time, string? Before = null);

/// <summary>A conversion; the value has four digits after the point, unscaled.</summary>
internal sealed record Conversion(
    string User, string? Campaign, long Time, string Type = "purchase", long? Value = 10_0000, string? Currency = "EUR",
        string? Id = null, string? Before = null);

/// <summary>What a conversion was attributed to, and sums of a campaign's day, as they are compared.</summary>
internal sealed record Outcome(List<string> Attributed, List<string> Counts);

/// <summary>Events as the correlation takes them, and its records as they are compared.</summary>
internal static class Events
{
    public const string Table = Campaigns.Heading + "\nspring,Spring,A,7,24\nbrief,Brief,A,1,1\nlong,Long,B,14,72\nnone,None,B,0,0\n";

    /// <summary>2026-10-01T00:00:00Z.</summary>
    public static readonly long Day1 = new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000;

    /// <summary>An instant of the days of October 2026.</summary>
    public static long At(int day, double hours = 0) => Day1 + (day - 1) * TimeSpan.MicrosecondsPerDay
        + (long)(hours * TimeSpan.MicrosecondsPerHour);

    /// <summary>Runs the correlation over batches in the given order and returns what it says of the days.</summary>
    public static Outcome Correlate(
        IEnumerable<IReadOnlyList<Touch>> touches, IEnumerable<IReadOnlyList<Conversion>> conversions, IReadOnlyList<DateOnly> days,
            int parts = 1)
    {
        var (attributed, counts) = (new List<string>(), new List<string>());
        var correlation = new Correlation(Campaigns.Parse(Table, "table"), days, parts);
        for (var part = 0; part < parts; part++)
        {
            if (part > 0) correlation = correlation.Next();
            foreach (var batch in conversions) correlation.Add(Batch(batch));
            correlation.Seal();
            foreach (var batch in touches)
                foreach (var kind in batch.GroupBy(each => each.Kind)) correlation.Add(kind.Key, Batch(kind));
            correlation.Resolve();
            using var rows = new AttributionRows(correlation);
            foreach (var day in days)
            {
                attributed.AddRange(rows.Conversions(day).Select(Attributed));
                if (part == parts - 1) counts.AddRange(rows.Counts(day).Select(Counts));
            }
        }
        return new([.. attributed.Order(StringComparer.Ordinal)], [.. counts.Order(StringComparer.Ordinal)]);
    }

    public static Outcome Correlate(IReadOnlyList<Touch> touches, params Conversion[] conversions) =>
        Correlate([touches], [conversions], [.. Enumerable.Range(0, 31).Select(day => new DateOnly(2026, 10, 1).AddDays(day))]);

    /// <summary>The touch of the only conversion: <c>click|creative|campaign|seconds</c>, or <c>none</c>.</summary>
    public static string TouchOf(IReadOnlyList<Touch> touches, Conversion conversion)
    {
        var fields = Assert.Single(Correlate(touches, conversion).Attributed).Split('|');
        return fields[5] == "none" ? "none" : string.Join('|', fields[5], fields[7], fields[8], fields[9]);
    }

    private static TouchBatch Batch(IEnumerable<Touch> touches)
    {
        var batch = new TouchBatch(new(), new Utf8Column(), new Utf8Column(), new Utf8Column(), new Utf8Column());
        foreach (var each in touches)
        {
            batch.OccurredAt.Append(each.Time);
            Append(batch.UserId, each.User);
            Append(batch.UserIdBefore!, each.Before);
            Append(batch.CampaignId!, each.Campaign);
            Append(batch.CreativeId!, each.Creative);
        }
        return batch;
    }

    private static ConversionBatch Batch(IEnumerable<Conversion> conversions)
    {
        var batch = new ConversionBatch(
            new(), new Utf8Column(), new Utf8Column(), new Utf8Column(), new Utf8Column(), new Utf8Column(), new(), new Utf8Column());
        foreach (var each in conversions)
        {
            batch.OccurredAt.Append(each.Time);
            Append(batch.UserId, each.User);
            Append(batch.UserIdBefore!, each.Before);
            Append(batch.CampaignId!, each.Campaign);
            Append(batch.ConversionId!, each.Id);
            Append(batch.ConversionType, each.Type);
            if (each.Value is { } value) batch.Value.Append(value);
            else batch.Value.AppendNull();
            Append(batch.Currency, each.Currency);
        }
        return batch;
    }

    private static void Append(TextColumn column, string? text)
    {
        if (text is null) column.AppendNull();
        else column.Append(Encoding.UTF8.GetBytes(text));
    }

    // Without the identifier, which is made up where none was sent; Oracle makes the same line.
    private static string Attributed(ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        var row = json.RootElement;
        return string.Join('|', Text(row, "conversion_at"), Text(row, "campaign_id"), Text(row, "conversion_type"), Text(row, "value"),
            Text(row, "currency"),
            Text(row, "touch_type"), Text(row, "touch_at"), Text(row, "touch_creative_id"), Text(row, "touch_campaign_id"),
                Text(row, "seconds_to_convert"),
            Text(row, "user_id"));
    }

    private static string Counts(ReadOnlyMemory<byte> record)
    {
        using var json = JsonDocument.Parse(record);
        return string.Join('|', json.RootElement.EnumerateObject().Select(member => member.Value.ToString()));
    }

    private static string Text(JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.ToString() : "";
}
