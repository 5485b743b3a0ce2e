using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Domain.Slices;

namespace Pipeline.Sources.Slices;

/// <summary>What a landed page does not say of itself: kept as the key of its record, and stamped into each row where a contract reads
/// <c>_slice.*</c>.</summary>
/// <param name="Page">Counts from 0 within its part.</param>
/// <param name="Kind">What the page holds where a stream mixes several answers (<c>campaign</c>, <c>ad_group</c>, <c>ad</c> of the entities); null otherwise.</param>
/// <param name="ApiVersion">The version that answered.</param>
/// <param name="FinalThrough">Days up to this one are no longer restated.</param>
/// <param name="Currency">ISO 4217; null where the provider has no money.</param>
/// <param name="TimeZone">IANA zone of the account's days.</param>
public sealed record PageHeader(
    string Source, string Account, string Stream, DateOnly From, DateOnly To, long Extraction, int Page, string? Kind, DateTimeOffset ExtractedAt,
    string ApiVersion, DateOnly FinalThrough, string? Currency, string TimeZone, string? AccountName)
{
    /// <summary>The header of the first page of a task.</summary>
    public static PageHeader Of(SliceTask task, string apiVersion, int lookbackDays, AccountProfile profile)
    {
        var (extraction, window) = (task.Extraction, task.Extraction.Window);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(extraction.BegunAt, TimeZoneInfo.FindSystemTimeZoneById(profile.TimeZone)).DateTime);
        return new(
            window.Source, window.Account, window.Stream, window.From, window.To, extraction.Id, 0, null, extraction.BegunAt, apiVersion,
            today.AddDays(-lookbackDays - 1), profile.Currency, profile.TimeZone, profile.Name);
    }

    /// <summary>The header as JSON, snake case, UTF-8.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PageHeaderJson.Default.PageHeader);
}

/// <summary>What an account tells of itself.</summary>
public sealed record AccountProfile(string TimeZone, string? Currency, string? Name);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PageHeader))]
internal sealed partial class PageHeaderJson : JsonSerializerContext;
