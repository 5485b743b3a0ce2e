using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Sandbox.Apis.Calls;
using Pipeline.Sandbox.Apis.GoogleAds;

namespace Pipeline.Sandbox.Apis.BigQuery;

/// <summary>Plays BigQuery's REST API: query jobs and their results.</summary>
internal sealed class BigQueryApi(BigQueryWorld world, CallDesk desk, BigQueryStructures structures, GoogleTokens tokens)
{
    private const string Platform = Platforms.BigQuery;

    // The real ones are of up to 10 MB; the sample has fewer rows than that.
    private const int MostPageRows = 50;

    private readonly QueryJobs jobs = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/bigquery/v2/projects/{project}/jobs", http => AnswerAsync(http, BeginAsync));
        routes.MapGet("/bigquery/v2/projects/{project}/jobs/{job}", http => AnswerAsync(http, LookAsync));
        routes.MapGet("/bigquery/v2/projects/{project}/queries/{job}", http => AnswerAsync(http, PageAsync));
    }

    /// <summary>No jobs.</summary>
    public void Clear() => jobs.Clear();

    private async Task AnswerAsync(HttpContext http, Func<HttpRequest, BigQueryProject, string, Task<Answer>> serve)
    {
        _ = AuthenticationHeaderValue.TryParse(http.Request.Headers.Authorization, out var header);
        var token = header is { Scheme: "Bearer", Parameter: { } shown } ? shown : "";
        var project = world.Find(http.Request.RouteValues["project"]!.ToString()!);
        var answer = !tokens.IsAlive(token, GoogleTokens.BigQuery) ? Refused("token_expired")
            : project is null ? Refuse(new(404, "notFound", "Not found: Project."))
            : await serve(http.Request, project, token);
        await answer.ExecuteAsync(http);
    }

    private async Task<Answer> BeginAsync(HttpRequest request, BigQueryProject project, string token)
    {
        var body = await BodyAsync(request);
        var configuration = body?["configuration"];
        var query = configuration?["query"];
        if (query?["useLegacySql"]?.GetValue<bool>() != false) return Refuse(new(400, "invalidQuery", "Legacy SQL: no such thing as backticks."));
        var isDryRun = configuration?["dryRun"]?.GetValue<bool>() == true;
        if (!DateOnly.TryParse(query["queryParameters"]?[0]?["parameterValue"]?["value"]?.GetValue<string>(), CultureInfo.InvariantCulture, out var day))
            return Refuse(new(400, "invalidQuery", "Query parameter 'day' not found."));
        var call = new ApiCall(Platform, project.Id, BigQueryFaults.Begin, $"{day:O}", Token: token) { Operations = 0 };
        return await desk.AnswerAsync(call, rule => Faulty(call, rule), rule => Begun(project, call, body!, query, day, isDryRun, rule), request.HttpContext.RequestAborted);
    }

    private Answer Begun(BigQueryProject project, ApiCall call, JsonNode body, JsonNode query, DateOnly day, bool isDryRun, FaultRule? rule)
    {
        if (desk.Refuses(Platform, call.Token)) return Refused("token_expired");
        if (QueryText.Parse(query["query"]?.GetValue<string>() ?? "", project.Id) is not { } text)
            return Refuse(new(400, "invalidQuery", "Syntax error: this form of query is not played."));
        if (text.Table != project.Table && text.Table != $"{project.Table}_*")
            return Refuse(new(404, "notFound", $"Not found: Table {project.Id}:{text.Table} was not found in location {project.Location}"));
        if (text.Columns.FirstOrDefault(column => !structures.HasColumn(day, column)) is { } unknown)
            return Refuse(new(400, "invalidQuery", $"Unrecognized name: {unknown} at [1:8]"));
        var reference = body["jobReference"];
        if (reference?["location"]?.GetValue<string>() != project.Location)
            return Refuse(new(404, "notFound",
                $"Not found: Dataset {project.Id}:{text.Table.Split('.')[0]} was not found in location {reference?["location"]}"));
        if (isDryRun) return Answer.Ok(Estimate(project));
        var failure = rule is not null && BigQueryFaults.Errors.TryGetValue(rule.Fault, out var error) && error.OfJob ? error : null;
        if (long.TryParse(query["maximumBytesBilled"]?.GetValue<string>(), CultureInfo.InvariantCulture, out var limit) && limit < project.BytesPerDay)
            failure = new(0, "bytesBilledLimitExceeded", $"Query exceeded limit for bytes billed: {limit}. {project.BytesPerDay} or higher required.");
        var job = new QueryJob(reference!["jobId"]!.GetValue<string>(), day, structures.Columns(day, text.Columns), [.. world.Rows(project, day)], failure, 0);
        if (!jobs.TryAdd(project.Id, job)) return Refuse(new(409, "duplicate", $"Already Exists: Job {project.Id}:{project.Location}.{job.Id}"));
        desk.Billed(Platform);
        return Answer.Ok(Status(project, jobs.Find(project.Id, job.Id)!));
    }

    private Task<Answer> LookAsync(HttpRequest request, BigQueryProject project, string token)
    {
        var job = Find(request, project);
        var call = new ApiCall(Platform, project.Id, BigQueryFaults.Look, $"{job?.Day:O}", Token: token) { Operations = 0 };
        return desk.AnswerAsync(call, rule => Faulty(call, rule), _ =>
        {
            if (desk.Refuses(Platform, token)) return Refused("token_expired");
            if (job is null) return Refused("result_gone");
            job.Look();
            return Answer.Ok(Status(project, job));
        }, request.HttpContext.RequestAborted);
    }

    private Task<Answer> PageAsync(HttpRequest request, BigQueryProject project, string token)
    {
        var job = Find(request, project);
        _ = int.TryParse(request.Query["pageToken"].ToString().Split('-')[^1], CultureInfo.InvariantCulture, out var first);
        var asked = int.TryParse(request.Query["maxResults"], CultureInfo.InvariantCulture, out var rows) ? rows : MostPageRows;
        var size = Math.Min(asked, MostPageRows);
        var call = new ApiCall(Platform, project.Id, BigQueryFaults.Page, $"{job?.Day:O}", first / size, token) { Operations = 0 };
        return desk.AnswerAsync(call, rule => Faulty(call, rule), rule =>
        {
            if (desk.Refuses(Platform, token)) return Refused("token_expired");
            if (job is null) return Refused("result_gone");
            if (job.Failure is { } failure) return Refuse(failure with { Status = 400 });
            if (request.Query["formatOptions.useInt64Timestamp"] != "true") return Refuse(new(400, "invalid", "This server writes instants as whole numbers only."));
            return Answer.Ok(Result(project, job, first, size, rule is { Fault: "short_page" } ? 1 : 0));
        }, request.HttpContext.RequestAborted);
    }

    private QueryJob? Find(HttpRequest request, BigQueryProject project) =>
        request.Query["location"] == project.Location ? jobs.Find(project.Id, request.RouteValues["job"]!.ToString()!) : null;

    private static JsonObject Status(BigQueryProject project, QueryJob job)
    {
        var status = new JsonObject { ["state"] = job.IsDone ? "DONE" : "RUNNING" };
        if (job is { IsDone: true, Failure: { } failure }) status["errorResult"] = failure.ToJobError();
        return new() { ["kind"] = "bigquery#job", ["jobReference"] = Reference(project, job), ["status"] = status };
    }

    // A dry run is no job: it has no id, nobody is billed for it, and it cannot be found again.
    private static JsonObject Estimate(BigQueryProject project)
    {
        var bytes = project.BytesPerDay.ToString(CultureInfo.InvariantCulture);
        return new()
        {
            ["kind"] = "bigquery#job", ["jobReference"] = new JsonObject { ["projectId"] = project.Id, ["location"] = project.Location },
            ["configuration"] = new JsonObject { ["jobType"] = "QUERY", ["dryRun"] = true },
            ["status"] = new JsonObject { ["state"] = "DONE" },
            ["statistics"] = new JsonObject
            {
                ["totalBytesProcessed"] = bytes,
                ["query"] = new JsonObject
                {
                    ["totalBytesProcessed"] = bytes, ["totalBytesBilled"] = "0", ["cacheHit"] = false, ["statementType"] = "SELECT",
                },
            },
        };
    }

    private JsonObject Result(BigQueryProject project, QueryJob job, int first, int size, int lost)
    {
        var result = new JsonObject
        {
            ["kind"] = "bigquery#getQueryResultsResponse", ["etag"] = $"{job.Id}/{first}",
            ["schema"] = new JsonObject { ["fields"] = new JsonArray([.. job.Columns.Select(column => structures.Field(job.Day, column))]) },
            ["jobReference"] = Reference(project, job), ["totalRows"] = job.Rows.Count.ToString(CultureInfo.InvariantCulture),
        };
        if (first + size < job.Rows.Count) result["pageToken"] = string.Create(CultureInfo.InvariantCulture, $"page-{first + size}");
        var rows = job.Rows.Skip(first + lost).Take(size - lost).Select(row => (JsonNode)new JsonObject
        {
            ["f"] = new JsonArray([.. job.Columns.Select(column => BigQueryStructures.Cell(structures.Value(row, column)))]),
        }).ToArray();
        if (rows.Length > 0) result[structures.RowsKey(job.Day)] = new JsonArray(rows);
        result["totalBytesProcessed"] = project.BytesPerDay.ToString(CultureInfo.InvariantCulture);
        (result["jobComplete"], result["cacheHit"]) = (true, false);
        return result;
    }

    private static JsonObject Reference(BigQueryProject project, QueryJob job) =>
        new() { ["projectId"] = project.Id, ["jobId"] = job.Id, ["location"] = project.Location };

    private Answer? Faulty(ApiCall call, FaultRule rule)
    {
        if (!BigQueryFaults.Errors.TryGetValue(rule.Fault, out var error)) return FaultName.CommonAnswer(rule.Fault);
        if (error.OfJob) return null;
        if (rule.Fault == "token_expired") desk.Kill(Platform, call.Token);
        if (!error.Closes) return Refuse(error);
        desk.Close(call, rule, wholePlatform: false);
        var seconds = Math.Ceiling(rule.Wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Refuse(error) with { Headers = new Dictionary<string, string> { ["Retry-After"] = seconds } };
    }

    private static Answer Refused(string fault) => Refuse(BigQueryFaults.Errors[fault]);

    private static Answer Refuse(BigQueryError error) => Answer.Refused(error.Status, error.ToJson());

    private static async Task<JsonNode?> BodyAsync(HttpRequest request)
    {
        try
        {
            return await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
