using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>The sample file.</summary>
/// <param name="Manager">The account that all others are reached through.</param>
internal sealed record GoogleAdsFile(GoogleClient Client, GoogleManager Manager, IReadOnlyList<AdAccount> Accounts);

/// <summary>Who may ask for access tokens.</summary>
/// <param name="ServiceAccount">Its e-mail address.</param>
internal sealed record GoogleClient(string Id, string Secret, string RefreshToken, string ServiceAccount);

/// <summary>A manager account, which has no figures of its own.</summary>
internal sealed record GoogleManager(string Id, string Name, string Currency, string TimeZone);
