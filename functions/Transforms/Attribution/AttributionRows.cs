using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Pipeline.Domain.Attribution;

namespace Pipeline.Transforms.Attribution;

/// <summary>Writes the results of a day as JSON records, one at a time.</summary>
public sealed class AttributionRows(Correlation correlation) : IDisposable
{
    private const string InstantForm = "yyyy-MM-ddTHH:mm:ss.ffffffZ";

    private readonly ArrayBufferWriter<byte> buffer = new();
    private readonly Utf8JsonWriter json = new(Stream.Null, new() { SkipValidation = true });

    /// <summary>Each conversion of a day; the bytes are lent until the next.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Conversions(DateOnly day)
    {
        foreach (var row in correlation.RowsOf(UtcDays.Of(day)))
        {
            Begin();
            WriteConversion(row);
            WriteTouch(row);
            yield return End();
        }
    }

    /// <summary>Each campaign's sums of a day, of this part of the users and those before; the bytes are lent until the next.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Counts(DateOnly day)
    {
        foreach (var (campaign, currency, sums) in correlation.Counts.Of(UtcDays.Of(day)))
        {
            Begin();
            json.WriteString("day"u8, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteString("campaign_id"u8, correlation.Counts.Campaign(campaign));
            json.WriteString("currency"u8, correlation.Counts.Currency(currency));
            json.WriteNumber("impressions"u8, sums.Impressions);
            json.WriteNumber("clicks"u8, sums.Clicks);
            json.WriteNumber("conversions"u8, sums.Conversions);
            json.WriteNumber("click_conversions"u8, sums.ClickConversions);
            json.WriteNumber("view_conversions"u8, sums.ViewConversions);
            json.WriteString("value"u8, Decimal(sums.Value));
            json.WriteNumber("seconds_to_convert"u8, sums.SecondsToConvert);
            yield return End();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => json.Dispose();

    private void WriteConversion(int row)
    {
        var rows = correlation.Conversions;
        if (rows.ConversionId(row).Length > 0) json.WriteString("conversion_id"u8, rows.ConversionId(row));
        else json.WriteString("conversion_id"u8, rows.Identity(row).ToString("x32", CultureInfo.InvariantCulture));
        json.WriteString("conversion_at"u8, Instant(rows.Times[row]));
        json.WriteString("user_id"u8, rows.UserId(row));
        if (rows.CampaignOf[row] != ConversionRows.NoCampaign) json.WriteString("campaign_id"u8, rows.Campaign(row));
        json.WriteString("conversion_type"u8, rows.Type(row));
        if (rows.Value(row) is { } value) json.WriteString("value"u8, Decimal(value));
        if (rows.Currency(row).Length > 0) json.WriteString("currency"u8, rows.Currency(row));
    }

    private void WriteTouch(int row)
    {
        var touch = correlation.TouchOf(row);
        json.WriteString("touch_type"u8, touch.Type switch { TouchType.Click => "click"u8, TouchType.View => "view"u8, _ => "none"u8 });
        if (touch.Type == TouchType.None) return;
        json.WriteString("touch_at"u8, Instant(touch.Time));
        if (correlation.CreativeOf(row).Length > 0) json.WriteString("touch_creative_id"u8, correlation.CreativeOf(row));
        if (touch.Campaign != ConversionRows.NoCampaign) json.WriteString("touch_campaign_id"u8, correlation.TouchCampaignOf(row));
        json.WriteNumber("seconds_to_convert"u8, correlation.SecondsToConvert(row)!.Value);
    }

    private void Begin()
    {
        buffer.ResetWrittenCount();
        json.Reset(buffer);
        json.WriteStartObject();
    }

    private ReadOnlyMemory<byte> End()
    {
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static string Instant(long micros) => UtcDays.Instant(micros).ToString(InstantForm, CultureInfo.InvariantCulture);

    private static string Decimal(Int128 unscaled)
    {
        var digits = Int128.Abs(unscaled).ToString("D5", CultureInfo.InvariantCulture);
        return $"{(unscaled < 0 ? "-" : "")}{digits[..^Correlation.ValueScale]}.{digits[^Correlation.ValueScale..]}";
    }
}
