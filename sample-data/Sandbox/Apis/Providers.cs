using Pipeline.Sandbox.Apis.BigQuery;
using Pipeline.Sandbox.Apis.Calls;
using Pipeline.Sandbox.Apis.CleverTap;
using Pipeline.Sandbox.Apis.Facebook;
using Pipeline.Sandbox.Apis.GoogleAds;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis;

/// <summary>The providers, the worlds they speak of, and the switches that all of them obey.</summary>
internal sealed class Providers
{
    private const long WholeConversions = 1_000_000;
    private const long PartsOfConversions = 1;

    public Providers(string dataFolder, TimeProvider time)
    {
        var facebook = SampleFiles.Read<FacebookFile>(dataFolder, "facebook");
        var googleAds = SampleFiles.Read<GoogleAdsFile>(dataFolder, "google-ads");
        var cleverTap = SampleFiles.Read<CleverTapFile>(dataFolder, "clevertap");
        var bigQuery = SampleFiles.Read<BigQueryFile>(dataFolder, "bigquery");
        Desk = new(Faults, Counters, time);
        FacebookWorld = new(Platforms.Facebook, facebook.Accounts, WholeConversions, Restatements, time);
        GoogleAdsWorld = new(Platforms.GoogleAds, googleAds.Accounts, PartsOfConversions, Restatements, time);
        CleverTapWorld = new(cleverTap.Accounts, Restatements, time);
        Facebook = new(facebook, FacebookWorld, Desk, Structures, time);
        GoogleAds = new(googleAds, GoogleAdsWorld, Desk, Structures, time);
        CleverTap = new(CleverTapWorld, Desk, new(Counters), Structures);
        BigQueryWorld = new(bigQuery.Projects, Restatements, time);
        BigQuery = new(BigQueryWorld, Desk, new(Structures), GoogleAds.Tokens);
    }

    public FaultPlan Faults { get; } = new();

    public CallCounters Counters { get; } = new();

    public Structures Structures { get; } = new();

    public Restatements Restatements { get; } = new();

    public CallDesk Desk { get; }

    public AdWorld FacebookWorld { get; }

    public AdWorld GoogleAdsWorld { get; }

    public CleverTapWorld CleverTapWorld { get; }

    public FacebookApi Facebook { get; }

    public GoogleAdsApi GoogleAds { get; }

    public CleverTapApi CleverTap { get; }

    public BigQueryWorld BigQueryWorld { get; }

    public BigQueryApi BigQuery { get; }

    /// <summary>The faults a platform knows.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, FaultName>> KnownFaults { get; } =
        new Dictionary<string, IReadOnlyDictionary<string, FaultName>>
        {
            [Platforms.Facebook] = FacebookFaults.Names, [Platforms.GoogleAds] = GoogleAdsFaults.Names, [Platforms.CleverTap] = CleverTapFaults.Names,
            [Platforms.BigQuery] = BigQueryFaults.Names,
        };

    /// <summary>The changes of structure a platform knows.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> KnownStructures { get; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            [Platforms.Facebook] = FacebookStructures.Names,
            [Platforms.GoogleAds] = GoogleAdsStructures.Names,
            [Platforms.CleverTap] = CleverTapStructures.Names,
            [Platforms.BigQuery] = BigQueryStructures.Names,
        };

    /// <summary>Everything as at the start.</summary>
    public void Reset()
    {
        Faults.Clear();
        Counters.Clear();
        Structures.Clear();
        Restatements.Clear();
        Desk.Clear();
        Facebook.Clear();
        GoogleAds.Tokens.Clear();
        CleverTap.Clear();
        BigQuery.Clear();
    }
}
