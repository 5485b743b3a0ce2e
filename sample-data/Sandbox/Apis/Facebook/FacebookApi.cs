using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Sandbox.Apis.Calls;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.Facebook;

/// <summary>Plays the Graph API of Facebook's marketing data.</summary>
internal sealed class FacebookApi(FacebookFile file, AdWorld world, CallDesk desk, Structures structures, TimeProvider time)
{
    private const string Platform = Platforms.Facebook;
    private const int DefaultLimit = 25;
    private const int MostRows = 500;

    private readonly ReportRuns runs = new(time);

    public void Map(IEndpointRouteBuilder routes)
    {
        var graph = routes.MapGroup("/{version:regex(^v\\d+\\.\\d+$)}");
        graph.MapGet("/debug_token", Tell(DebugToken));
        graph.MapGet("/act_{account}", Tell(AccountNode));
        graph.MapPost("/act_{account}/insights", Tell(Submit));
        graph.MapGet("/act_{account}/insights", Tell(Insights));
        graph.MapGet("/act_{account}/{list:regex(^(campaigns|adsets|ads)$)}", Tell(Entities));
        graph.MapGet("/{run:long}", Tell(Status));
        graph.MapGet("/{run:long}/insights", Tell(ReportPage));
        graph.Map("/{**path}", Tell(_ => throw new GraphRefusal(FacebookFaults.NotFound)));
    }

    /// <summary>Forgets all report runs.</summary>
    public void Clear() => runs.Clear();

    private sealed record Asked(GraphRequest Request, HttpContext Http)
    {
        public string Route(string name) => Http.Request.RouteValues[name]!.ToString()!;
    }

    /// <summary>A call that is understood: what it is, how it is answered, whose limits it uses.</summary>
    private sealed record Understood(ApiCall Call, AdAccount? Account, Func<FaultRule?, JsonObject> Serve);

    private RequestDelegate Tell(Func<Asked, Understood> understand) => async http =>
    {
        var request = await GraphRequest.ReadAsync(http.Request, http.RequestAborted);
        Answer answer;
        try
        {
            request.CheckVersion();
            var understood = understand(new(request, http));
            answer = await AnswerAsync(request, understood, http.RequestAborted);
        }
        catch (GraphRefusal refusal)
        {
            answer = refusal.Error.ToAnswer(http.TraceIdentifier) with { Headers = UsageHeaders.Of(request.Version, null, null, wholeApp: false) };
        }

        await answer.ExecuteAsync(http);
    };

    private Task<Answer> AnswerAsync(GraphRequest request, Understood understood, CancellationToken stopping)
    {
        var (call, account, serve) = understood;
        return desk.AnswerAsync(call, rule => Faulty(request, call, account, rule), rule =>
        {
            if (call.Endpoint != "debug_token" && desk.Refuses(Platform, request.Token))
                throw new GraphRefusal(FacebookFaults.Errors["token_expired"]);
            var busy = rule is { Fault: "busy" };
            if (busy) desk.Close(call, rule! with { Fault = "throttle" }, wholePlatform: false);
            var body = serve(rule);
            return Answer.Ok(body) with
            {
                Headers = UsageHeaders.Of(request.Version, account, busy ? rule!.Wait : null, wholeApp: false),
                Whole = rule is not { Fault: "empty_page" } || body["data"] is JsonArray { Count: > 0 },
            };
        }, stopping);
    }

    private Answer? Faulty(GraphRequest request, ApiCall call, AdAccount? account, FaultRule rule)
    {
        if (!FacebookFaults.Errors.TryGetValue(rule.Fault, out var error)) return FaultName.CommonAnswer(rule.Fault);
        if (error.KillsToken) desk.Kill(Platform, request.Token);
        var closes = error.Closes != Closes.Nothing;
        if (closes) desk.Close(call, rule, error.Closes == Closes.App);
        return error.ToAnswer($"sandbox{rule.Hits}") with
        {
            Headers = UsageHeaders.Of(request.Version, account, closes ? rule.Wait : null, error.Closes == Closes.App),
        };
    }

    private Understood DebugToken(Asked asked)
    {
        if (asked.Request.Token != $"{file.App.Id}|{file.App.Secret}") throw new GraphRefusal(FacebookFaults.Errors["token_invalid"]);
        var token = asked.Request["input_token"] ?? throw GraphRequest.Invalid("The parameter input_token is required");
        return new(new(Platform, "", "debug_token"), null, _ =>
        {
            var alive = token.StartsWith(file.TokenPrefix, StringComparison.Ordinal) && !desk.IsDead(Platform, token);
            var data = new JsonObject
            {
                ["app_id"] = file.App.Id, ["type"] = "SYSTEM_USER", ["application"] = "Pipeline", ["expires_at"] = 0, ["is_valid"] = alive,
                ["scopes"] = new JsonArray("ads_read", "business_management"), ["user_id"] = "190000000000002",
            };
            if (!alive) data["error"] = new JsonObject { ["code"] = 190, ["subcode"] = 463, ["message"] = "The session has expired" };
            return new JsonObject { ["data"] = data };
        });
    }

    private Understood AccountNode(Asked asked)
    {
        var account = AccountOf(asked);
        return new(new(Platform, account.Id, "account"), account, _ =>
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(account.TimeZone);
            var all = new JsonObject
            {
                ["account_id"] = account.Id, ["name"] = account.Name, ["currency"] = account.Currency, ["timezone_name"] = account.TimeZone,
                ["timezone_offset_hours_utc"] = zone.GetUtcOffset(time.GetUtcNow()).TotalHours, ["account_status"] = 1,
                ["business"] = new JsonObject { ["id"] = account.Business },
            };
            var fields = (asked.Request["fields"] ?? "account_id").Split(',');
            foreach (var name in all.Select(each => each.Key).Except(fields).ToList()) all.Remove(name);
            all["id"] = $"act_{account.Id}";
            return all;
        });
    }

    private Understood Submit(Asked asked)
    {
        var account = AccountOf(asked);
        var query = QueryOf(asked, account);
        var rows = InsightsRows.Of(query, world, structures);
        return new(new(Platform, account.Id, "report_submit", query.Slice) { Rows = rows.Count }, account, rule =>
        {
            var fate = rule is not null && FacebookFaults.Fates.ContainsKey(rule.Fault) ? rule.Fault : null;
            return new() { ["report_run_id"] = runs.Submit(query, rows, fate).Id };
        });
    }

    private Understood Status(Asked asked)
    {
        var run = RunOf(asked);
        return new(new(Platform, run.Query.Account.Id, "report_status", run.Query.Slice), run.Query.Account, _ => run.Poll(time.GetUtcNow()));
    }

    private Understood ReportPage(Asked asked)
    {
        var run = RunOf(asked);
        return Page(asked, run.Query.Account, "report_page", run.Query, run.Rows, () =>
        {
            if (!run.Completed) throw GraphRequest.Invalid("The report run is not completed; read its async_status first");
        });
    }

    private Understood Insights(Asked asked)
    {
        var account = AccountOf(asked);
        var query = QueryOf(asked, account);
        return Page(asked, account, "insights", query, InsightsRows.Of(query, world, structures), () => { });
    }

    private Understood Page(Asked asked, AdAccount account, string endpoint, InsightsQuery query, IReadOnlyList<JsonObject> rows, Action check)
    {
        var limit = asked.Request.Number("limit", DefaultLimit, MostRows);
        var cursor = GraphCursor.Read(asked.Request);
        var call = new ApiCall(Platform, account.Id, endpoint, query.Slice, cursor.Number) { Rows = Math.Clamp(rows.Count - cursor.First, 0, limit) };
        return new(call, account, rule =>
        {
            check();
            var page = GraphPage.Of(asked.Request, cursor, limit, rows, rule is { Fault: "empty_page" } && !cursor.AfterEmpty);
            return FacebookStructures.ApplyToPage(page, structures, query.From, query.To);
        });
    }

    private Understood Entities(Asked asked)
    {
        var account = AccountOf(asked);
        var list = asked.Route("list");
        var rows = EntityRows.Of(account, list, asked.Request["fields"] ?? "id");
        var limit = asked.Request.Number("limit", DefaultLimit, MostRows);
        var cursor = GraphCursor.Read(asked.Request);
        var call = new ApiCall(Platform, account.Id, list, "", cursor.Number) { Rows = Math.Clamp(rows.Count - cursor.First, 0, limit) };
        return new(call, account, _ => GraphPage.Of(asked.Request, cursor, limit, rows, empty: false));
    }

    private InsightsQuery QueryOf(Asked asked, AdAccount account) => InsightsQuery.Read(asked.Request, account, account.Day(time.GetUtcNow()));

    private AdAccount AccountOf(Asked asked)
    {
        asked.Request.CheckToken(file);
        return world.Find(asked.Route("account")) ?? throw new GraphRefusal(FacebookFaults.NotFound);
    }

    private ReportRun RunOf(Asked asked)
    {
        asked.Request.CheckToken(file);
        return runs.Find(asked.Route("run")) ?? throw new GraphRefusal(FacebookFaults.NotFound);
    }
}
