using System.Text.Json.Serialization;

namespace Pipeline.App.Cli.Doctor;

/// <summary>What a check found.</summary>
/// <param name="Check">What was looked at, the system first: <c>postgres.migrations</c>.</param>
/// <param name="State">One of <see cref="FindingState"/>, in small letters.</param>
/// <param name="What">What is so, as a sentence; never a secret.</param>
/// <param name="Remedy">What to do; null where nothing is to be done.</param>
internal sealed record Finding(
    [property: JsonPropertyName("check")] string Check,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("what")] string What,
    [property: JsonPropertyName("remedy")] string? Remedy)
{
    /// <summary>It is as it should be.</summary>
    public static Finding Ok(string check, string what) => new(check, FindingState.Ok, what, null);

    /// <summary>It works, and a person should know.</summary>
    public static Finding Warning(string check, string what, string remedy) => new(check, FindingState.Warning, what, remedy);

    /// <summary>It does not work.</summary>
    public static Finding Fault(string check, string what, string remedy) => new(check, FindingState.Fault, what, remedy);

    /// <summary>It was not looked at.</summary>
    public static Finding Skipped(string check, string why) => new(check, FindingState.Skipped, why, null);
}

/// <summary>The words for how a thing is.</summary>
internal static class FindingState
{
    /// <summary>As it should be.</summary>
    public const string Ok = "ok";

    /// <summary>It works, and a person should know.</summary>
    public const string Warning = "warning";

    /// <summary>It does not work; a person must act.</summary>
    public const string Fault = "fault";

    /// <summary>Not looked at, for a reason.</summary>
    public const string Skipped = "skipped";
}
