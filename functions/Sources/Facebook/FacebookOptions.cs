using System.ComponentModel.DataAnnotations;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Facebook;

/// <summary>How the Meta Marketing API is asked.</summary>
public sealed record FacebookOptions : SliceSourceOptions
{
    /// <inheritdoc/>
    public override Uri BaseUrl { get; init; } = new("https://graph.facebook.com");

    /// <summary>The Graph version, which lives about a year: https://developers.facebook.com/docs/graph-api/changelog.</summary>
    [RegularExpression(@"v\d+\.\d+")] public string Version { get; init; } = "v26.0";

    /// <summary>A system user's token with ads_read.</summary>
    public string AccessToken { get; init; } = "";

    /// <summary>Signs every call (appsecret_proof).</summary>
    public string AppSecret { get; init; } = "";

    /// <summary>With it the token's end is looked up before each run; empty: not.</summary>
    public string AppId { get; init; } = "";

    /// <summary>Ad accounts, digits without <c>act_</c>; empty when Facebook is not a source.</summary>
    public IReadOnlyList<string> Accounts { get; init; } = [];

    /// <summary>Meta's figures freeze after 28 days.</summary>
    public override int LookbackDays { get; init; } = 28;

    /// <inheritdoc/>
    public override int AtOnce { get; init; } = 6;

    /// <summary>Days that one report covers; it is halved where a provider calls that too much.</summary>
    [Range(1, 31)] public int DaysPerReport { get; init; } = 7;

    /// <summary>Rows of a page.</summary>
    [Range(1, 500)] public int PageRows { get; init; } = 500;

    /// <summary>Seconds between two looks at a report, at first; they grow to six times as much.</summary>
    [Range(1, 60)] public int PollSeconds { get; init; } = 5;

    /// <summary>Looks at a report before it is called stuck (about an hour); a stuck one is asked for in smaller pieces.</summary>
    [Range(1, 1000)] public int Polls { get; init; } = 120;
}
