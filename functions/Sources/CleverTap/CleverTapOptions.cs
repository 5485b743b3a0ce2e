using System.ComponentModel.DataAnnotations;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.CleverTap;

/// <summary>How CleverTap's export API is asked.</summary>
public sealed record CleverTapOptions : SliceSourceOptions
{
    /// <summary>The region's host, such as <c>https://in1.api.clevertap.com</c>; another region answers 401.</summary>
    public override Uri BaseUrl { get; init; } = new("https://api.clevertap.com");

    /// <summary>Projects; empty when CleverTap is not a source.</summary>
    public IReadOnlyList<CleverTapProject> Projects { get; init; } = [];

    /// <summary>Late events of mobile SDKs arrive within a few days.</summary>
    public override int LookbackDays { get; init; } = 3;

    /// <summary>CleverTap refuses more than three calls of one account at once.</summary>
    public override int AtOnce { get; init; } = 3;

    /// <summary>Records of a page; CleverTap gives 5,000 at most.</summary>
    [Range(1, 5000)] public int BatchSize { get; init; } = 5000;

    /// <summary>Share of the counted events by which an export may differ from the count: a day still moves a little after its end.</summary>
    [Range(0, 1)] public double CountTolerance { get; init; } = 0.001;

    /// <summary>Seconds between two tries of a page that is in progress.</summary>
    [Range(0, 600)] public int InProgressSeconds { get; init; } = 5;

    /// <summary>Seconds to keep away after "too many requests": CleverTap names no time.</summary>
    [Range(0, 600)] public int BusySeconds { get; init; } = 30;
}

/// <summary>One project of CleverTap.</summary>
public sealed record CleverTapProject
{
    /// <summary>X-CleverTap-Account-Id.</summary>
    [Required] public string AccountId { get; init; } = "";

    /// <summary>X-CleverTap-Passcode.</summary>
    [Required] public string Passcode { get; init; } = "";

    /// <summary>The project's IANA zone: the API gives local times and never says of where.</summary>
    [Required] public string TimeZone { get; init; } = "";

    /// <summary>Events to export, exactly as they are called.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>The event whose users' profiles are exported; empty for no profiles.</summary>
    public string ProfilesOf { get; init; } = "";
}
