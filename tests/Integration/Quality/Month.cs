using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Pipeline.Tests.Integration.Quality;

/// <summary>A month of traffic and what goes wrong in it: <c>month.json</c>.</summary>
internal sealed record Month(DateTimeOffset From, int Days, IReadOnlyList<Incident> Incidents)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public DateTimeOffset To => From.AddDays(Days);

    public static Month Read(string path) => JsonSerializer.Deserialize<Month>(File.ReadAllText(path), Json)!;

    /// <summary>A month of ordinary traffic.</summary>
    public Month Quiet() => this with { Incidents = [] };

    /// <summary>What goes wrong in a dataset at an instant.</summary>
    public Incident? At(string dataset, DateTimeOffset at, params ReadOnlySpan<string> kinds)
    {
        foreach (var each in Incidents)
            if (each.Dataset == dataset && at >= each.Start && at < each.End && kinds.Contains(each.Kind)) return each;
        return null;
    }
}

/// <summary>Something that goes wrong.</summary>
/// <param name="Target">What it hits: a topic-partition, a column, the beginning of accounts' streams; empty for all.</param>
/// <param name="Grace">Hours behind its end within which it counts as found.</param>
/// <param name="Subject">The pattern of subjects by which an alert names the target; null where the target itself is the subject.</param>
/// <param name="Also">True consequences elsewhere: DATASET:CODE:SUBJECT, the last a pattern.</param>
internal sealed record Incident(
    int Id, string Dataset, string Kind, DateTimeOffset Start, int Hours, IReadOnlyList<string> Codes, int Grace,
    double Magnitude = 0, string Target = "", string? Subject = null, IReadOnlyList<string>? Also = null)
{
    [JsonIgnore] public DateTimeOffset End => Start.AddHours(Hours);

    /// <summary>How much of it there is at an instant: drifts grow.</summary>
    public double Part(DateTimeOffset at) => Kind.EndsWith("_drift", StringComparison.Ordinal) ? ((at - Start).TotalHours + 1) / Hours : 1;

    public bool Finds(RaisedAlert alert) => alert.Dataset == Dataset && Codes.Contains(alert.Code)
        && IsOf(Subject ?? (Target == "" ? ".*" : Regex.Escape(Target)), alert) && IsOpen(alert.RaisedAt, Grace);

    /// <summary>Whether an alert is a true consequence, seen up to two days later where it is of days.</summary>
    public bool Explains(RaisedAlert alert) =>
        Finds(alert) || (Also ?? []).Any(each => each.Split(':', 3) is [var dataset, var code, var subject]
            && (dataset, code) == (alert.Dataset, alert.Code) && IsOf(subject, alert)) && IsOpen(alert.RaisedAt, 36);

    private static bool IsOf(string pattern, RaisedAlert alert) => Regex.IsMatch(alert.Subject, $"^({pattern})$");

    // What began in the last hour of the grace is found five minutes into the next one.
    private bool IsOpen(DateTimeOffset at, int grace) => at > Start && at <= End.AddHours(grace).AddMinutes(10);
}

/// <summary>An alert as the ledger has it.</summary>
internal sealed record RaisedAlert(string Dataset, string Code, string Subject, DateTimeOffset RaisedAt, DateTimeOffset? ResolvedAt,
    string? Query);
