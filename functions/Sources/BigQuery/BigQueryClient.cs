using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sources.Google;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.BigQuery;

/// <summary>Runs queries as jobs and reads their results page by page: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs.</summary>
public sealed class BigQueryClient(HttpClient http, BigQueryOptions options, GoogleTokens tokens, TimeProvider time)
{
    private readonly ProviderGate gate = new(time);

    private ProviderCalls NewJobs => field ??= new(http, "BigQuery", SourceKind.BigQuery.Text(), BigQueryErrors.Judge, gate, time);

    private ProviderCalls OpenJobs => field ??= new(http, "BigQuery", SourceKind.BigQuery.Text(), BigQueryErrors.JudgeJob, gate, time);

    private string Root => $"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/bigquery/v2/projects/{Uri.EscapeDataString(options.Project)}";

    private string Location => Uri.EscapeDataString(options.Location);

    /// <summary>Asks again though the credentials were refused a moment ago.</summary>
    public void Reopen() => gate.Reopen(options.Project);

    /// <summary>Has a query checked, which costs nothing: its names, where its tables lie, and that the account may query them.</summary>
    internal async Task CheckAsync(DayQuery query, CancellationToken stopping) =>
        await AskAsync(NewJobs, () => new(HttpMethod.Post, $"{Root}/jobs") { Content = JsonContent.Create(Job(query, dryRun: true)) }, stopping);

    /// <summary>Begins a query's job, or finds the one that was begun before.</summary>
    internal async Task<JobState> BeginAsync(DayQuery query, CancellationToken stopping)
    {
        var answer = await AskAsync(NewJobs, () => new(HttpMethod.Post, $"{Root}/jobs") { Content = JsonContent.Create(Job(query, dryRun: false)) }, stopping);
        if (answer.Code != 409) return JobState.Of(JsonText.Parse(answer.Body));
        try
        {
            return await LookAsync(query, stopping);
        }
        catch (ProviderException error) when (error.Verdict.Kind == VerdictKind.BeginAnew)
        {
            // Known and not found yet: another job would be paid for again. https://github.com/googleapis/python-bigquery/issues/2134
            throw new TransientException($"BigQuery has the job {query.JobId} and does not find it yet; it is looked for again.", error);
        }
    }

    /// <summary>How a job stands.</summary>
    internal async Task<JobState> LookAsync(DayQuery query, CancellationToken stopping) => JobState.Of(JsonText.Parse(
        (await AskAsync(OpenJobs, () => new(HttpMethod.Get, $"{Root}/jobs/{query.JobId}?location={Location}"), stopping)).Body));

    /// <summary>A page of a finished job's rows.</summary>
    /// <param name="pageToken">Null for the first.</param>
    internal async Task<ResultPage> PageAsync(DayQuery query, string? pageToken, CancellationToken stopping)
    {
        var token = pageToken is null ? "" : $"&pageToken={Uri.EscapeDataString(pageToken)}";
        var url = string.Create(CultureInfo.InvariantCulture,
            $"{Root}/queries/{query.JobId}?location={Location}&maxResults={options.PageRows}&formatOptions.useInt64Timestamp=true{token}");
        return ResultPage.Of((await AskAsync(OpenJobs, () => new(HttpMethod.Get, url), stopping)).Body);
    }

    private async Task<ProviderAnswer> AskAsync(ProviderCalls calls, Func<HttpRequestMessage> request, CancellationToken stopping)
    {
        string? refused = null;
        while (true)
        {
            var token = await tokens.AccessTokenAsync(refused, stopping);
            try
            {
                return await calls.AskAsync(options.Project, () => Signed(request(), token), stopping);
            }
            catch (ProviderException error) when (refused is null && error.Verdict.AccessTokenRefused)
            {
                refused = token;        // it may have ended early; a fresh one is tried once
                gate.Reopen(options.Project);
            }
        }
    }

    private static HttpRequestMessage Signed(HttpRequestMessage request, string token)
    {
        request.Headers.Authorization = new("Bearer", token);
        return request;
    }

    // A dry run is no job that could be found again, and runs where the job would run: tables of another place are not found.
    private JsonObject Reference(DayQuery query, bool dryRun)
    {
        var reference = new JsonObject { ["projectId"] = options.Project, ["location"] = options.Location };
        if (!dryRun) reference["jobId"] = query.JobId;
        return reference;
    }

    // Without useLegacySql the dialect would be the old one; a limit in the job holds whoever changed the defaults of the project.
    private JsonObject Job(DayQuery query, bool dryRun) => new()
    {
        ["jobReference"] = Reference(query, dryRun),
        ["configuration"] = new JsonObject
        {
            ["dryRun"] = dryRun,
            ["query"] = new JsonObject
            {
                ["query"] = query.Sql, ["useLegacySql"] = false, ["maximumBytesBilled"] = options.MaxBytesBilled.ToString(CultureInfo.InvariantCulture),
                ["parameterMode"] = "NAMED",
                ["queryParameters"] = new JsonArray(new JsonObject
                {
                    ["name"] = "day", ["parameterType"] = new JsonObject { ["type"] = "DATE" },
                    ["parameterValue"] = new JsonObject { ["value"] = query.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) },
                }),
            },
        },
    };
}

/// <summary>How a job stands.</summary>
/// <param name="Failure">Why it failed; null while it runs and when it has done its work.</param>
internal sealed record JobState(bool IsDone, Verdict? Failure)
{
    /// <summary>What an answer says of it.</summary>
    public static JobState Of(JsonElement? job)
    {
        var status = job.Member("status");
        var isDone = status.Member("state").Text() == "DONE";
        return new(isDone, isDone && status.Member("errorResult") is { ValueKind: JsonValueKind.Object } error ? BigQueryErrors.OfJob(error) : null);
    }
}

/// <summary>A page of rows.</summary>
/// <param name="Body">As it was sent.</param>
/// <param name="IsComplete">False when the job is not done.</param>
/// <param name="Rows">Rows in it; null when the answer does not hold the list they should be in.</param>
/// <param name="TotalRows">Rows of all pages; null when the answer does not say.</param>
/// <param name="Next">Token of the next page; null at the last.</param>
internal sealed record ResultPage(byte[] Body, bool IsComplete, int? Rows, long? TotalRows, string? Next)
{
    /// <summary>What an answer holds.</summary>
    public static ResultPage Of(byte[] body)
    {
        var page = JsonText.Parse(body);
        var total = long.TryParse(page.Member("totalRows").Text(), NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : (long?)null;
        int? here = page.Member("rows") switch
        {
            { ValueKind: JsonValueKind.Array } list => list.GetArrayLength(),
            null when total == 0 => 0,
            _ => null,
        };
        var isIncomplete = page.Member("jobComplete") is { ValueKind: JsonValueKind.False };
        return new(body, !isIncomplete, here, total, page.Member("pageToken").Text() is { Length: > 0 } next ? next : null);
    }
}
