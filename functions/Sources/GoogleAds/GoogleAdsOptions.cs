using System.ComponentModel.DataAnnotations;
using Pipeline.Domain.Datasets;
using Pipeline.Sources.Google;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.GoogleAds;

/// <summary>How the Google Ads API is asked over REST.</summary>
public sealed record GoogleAdsOptions : SliceSourceOptions
{
    /// <inheritdoc/>
    public override Uri BaseUrl { get; init; } = new("https://googleads.googleapis.com");

    /// <summary>Where access tokens are fetched.</summary>
    public Uri TokenUrl { get; init; } = new("https://oauth2.googleapis.com/token");

    /// <summary>The major version, which lives about a year: https://developers.google.com/google-ads/api/docs/sunset-dates.</summary>
    [RegularExpression(@"v\d+")] public string Version { get; init; } = "v26";

    /// <summary>OAuth client; with <see cref="RefreshToken"/>, or a service account instead of both.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The OAuth client's secret.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary>What a person's consent gave.</summary>
    public string RefreshToken { get; init; } = "";

    /// <summary>A service account's key file (JSON); empty with a refresh token.</summary>
    public string ServiceAccountFile { get; init; } = "";

    /// <summary>The manager account through which the customers are reached, digits only; empty when they are reached directly.</summary>
    [RegularExpression(@"\d*")] public string LoginCustomerId { get; init; } = "";

    /// <summary>Optional and ignored by Google since 2026-09-09; sent only when it is set.</summary>
    public string DeveloperToken { get; init; } = "";

    /// <summary>Customer ids, digits only; empty when Google Ads is not a source.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>The longest conversion window of the accounts: 1 to 30, 60 or 90 days.</summary>
    public override int LookbackDays { get; init; } = 30;

    /// <inheritdoc/>
    public override int AtOnce { get; init; } = 4;

    /// <summary>Days that one query covers: a query is one operation of the daily quota, however many days it has.</summary>
    [Range(1, 31)] public int DaysPerQuery { get; init; } = 31;

    /// <summary>What access tokens are asked for with.</summary>
    public GoogleCredential Credential => new(SourceKind.GoogleAds, "GoogleAds", "https://www.googleapis.com/auth/adwords", TokenUrl, ServiceAccountFile)
    {
        ClientId = ClientId, ClientSecret = ClientSecret, RefreshToken = RefreshToken,
    };
}
