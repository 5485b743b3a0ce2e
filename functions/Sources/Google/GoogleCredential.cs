using Pipeline.Domain.Datasets;

namespace Pipeline.Sources.Google;

/// <summary>Who asks Google for access tokens: a service account, or a person's consent.</summary>
/// <param name="Source">The source that asks, for metrics.</param>
/// <param name="Section">Where the settings hold it, for sentences: <c>GoogleAds</c>.</param>
/// <param name="Scope">What the tokens may be used for.</param>
/// <param name="TokenUrl">Where access tokens are fetched.</param>
/// <param name="ServiceAccountFile">A service account's key file (JSON); empty with a refresh token.</param>
public sealed record GoogleCredential(SourceKind Source, string Section, string Scope, Uri TokenUrl, string ServiceAccountFile)
{
    /// <summary>OAuth client; with <see cref="RefreshToken"/>.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>The OAuth client's secret.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary>What a person's consent gave.</summary>
    public string RefreshToken { get; init; } = "";
}
