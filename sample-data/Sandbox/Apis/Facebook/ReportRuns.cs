using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>Report runs: submitted, not ready for up to two polls, then one of the ends.</summary>
internal sealed class ReportRuns(TimeProvider time)
{
    private const long FirstId = 6_023_000_000_000;
    private const int MostUnreadyPolls = 2;

    private readonly ConcurrentDictionary<string, ReportRun> runs = new();
    private int submitted;

    /// <summary>Begins a run over rows as they are now.</summary>
    /// <param name="fate">How it is to end; null well.</param>
    public ReportRun Submit(InsightsQuery query, IReadOnlyList<JsonObject> rows, string? fate)
    {
        var number = Interlocked.Increment(ref submitted) - 1;
        var id = (FirstId + number).ToString(CultureInfo.InvariantCulture);
        var run = new ReportRun(id, query, rows, fate, MostUnreadyPolls - (number % (MostUnreadyPolls + 1)), time.GetUtcNow());
        return runs[run.Id] = run;
    }

    /// <summary>The run, or null.</summary>
    public ReportRun? Find(string id) => runs.GetValueOrDefault(id);

    /// <summary>No run was ever submitted.</summary>
    public void Clear()
    {
        runs.Clear();
        submitted = 0;
    }
}

/// <summary>One run.</summary>
/// <param name="UnreadyPolls">Polls until it ends: two are answered "not started" and "running, 100 %", one the latter.</param>
internal sealed record ReportRun(
    string Id, InsightsQuery Query, IReadOnlyList<JsonObject> Rows, string? Fate, int UnreadyPolls, DateTimeOffset Submitted)
{
    private int polls;

    /// <summary>Its rows can be read.</summary>
    public bool Completed => Fate is null && polls > UnreadyPolls;

    /// <summary>The status after one more poll.</summary>
    public JsonObject Poll(DateTimeOffset now)
    {
        var unready = UnreadyPolls - Interlocked.Increment(ref polls) + 1;
        var status = new JsonObject
        {
            ["id"] = Id,
            ["account_id"] = Query.Account.Id,
            ["time_ref"] = Submitted.ToUnixTimeSeconds(),
            ["async_status"] = unready > 1 ? "Job Not Started" : unready > 0 || Fate is "job_stuck" ? "Job Running" : End(),
            ["async_percent_completion"] = unready > 1 ? 0 : 100,
            ["date_start"] = $"{Query.From:O}",
            ["date_stop"] = $"{Query.To:O}",
        };
        if (Completed) status["time_completed"] = now.ToUnixTimeSeconds();
        if (unready <= 0 && Fate is not null && FacebookFaults.Fates[Fate] is { } error) Explain(status, error);
        return status;
    }

    private string End() => Fate switch
    {
        null => "Job Completed",
        "job_skipped" => "Job Skipped",
        _ => "Job Failed",
    };

    private static void Explain(JsonObject status, GraphError error)
    {
        status["async_percent_completion"] = 0;
        status["error_code"] = error.Code;
        status["error_subcode"] = error.Subcode;
        status["error_message"] = error.Message;
        status["error_user_title"] = "The report could not be made";
        status["error_user_msg"] = error.Message;
    }
}
