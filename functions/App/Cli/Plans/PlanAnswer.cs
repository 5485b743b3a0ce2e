using System.Text.Json.Serialization;

namespace Pipeline.App.Cli.Plans;

/// <summary>What <c>pipeline plan --json</c> prints: what would be read, made and paid. Numbers from history are null where there is
/// none.</summary>
internal sealed record PlanAnswer
{
    /// <summary>What no plan counts.</summary>
    public const string LeftOut =
        "The database, the pods that run anyway and what the replaced objects cost until they are removed are left out.";

    [JsonPropertyName("kind")] public required string Kind { get; init; }
    [JsonPropertyName("of")] public required string Of { get; init; }
    [JsonPropertyName("from")] public required DateOnly From { get; init; }
    [JsonPropertyName("to")] public required DateOnly To { get; init; }

    /// <summary>Of a backfill: days of streams of accounts.</summary>
    [JsonPropertyName("slices")] public long? Slices { get; init; }

    /// <summary>Of a backfill: windows, each of which is one question to the provider at least.</summary>
    [JsonPropertyName("windows")] public long? Windows { get; init; }

    [JsonPropertyName("segments")] public required long? Segments { get; init; }
    [JsonPropertyName("records")] public required long? Records { get; init; }
    [JsonPropertyName("raw_bytes")] public required long? RawBytes { get; init; }

    /// <summary>Publications it takes.</summary>
    [JsonPropertyName("publications")] public required long? Publications { get; init; }

    [JsonPropertyName("rows")] public required long? Rows { get; init; }

    /// <summary>Parquet objects, and their bytes.</summary>
    [JsonPropertyName("objects")] public required long? Objects { get; init; }

    [JsonPropertyName("object_bytes")] public required long? ObjectBytes { get; init; }
    [JsonPropertyName("minutes")] public required double? Minutes { get; init; }
    [JsonPropertyName("dollars")] public required decimal? Dollars { get; init; }

    /// <summary>How the dollars come about.</summary>
    [JsonPropertyName("arithmetic")] public required string Arithmetic { get; init; }

    /// <summary>What the numbers rest on, and what they leave out.</summary>
    [JsonPropertyName("notes")] public required IReadOnlyList<string> Notes { get; init; }
}
