using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Sandbox.Apis.Calls;

namespace Pipeline.Sandbox.Apis.CleverTap;

/// <summary>Plays CleverTap's export, count and schema APIs.</summary>
internal sealed class CleverTapApi(CleverTapWorld world, CallDesk desk, ConcurrencyGate gate, Structures structures)
{
    private const string Platform = Platforms.CleverTap;
    private const int MostBatch = 5000;
    private const int UsualBatch = 10;

    private static readonly string[] Regions = ["in1", "sg1", "us1", "aps3", "mec1", "eu1"];

    private readonly Exports exports = new();
    private readonly Counts counts = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/1/{api:regex(^(events|profiles)\\.json$)}", Tell("export", OrderAsync));
        routes.MapGet("/1/{api:regex(^(events|profiles)\\.json$)}", Tell("export", PageAsync));
        routes.MapGet("/1/profile.json", Tell("profile", ProfileAsync));
        routes.MapPost("/1/counts/{api:regex(^(events|profiles)\\.json$)}", Tell("count", CountAsync));
        routes.MapGet("/1/counts/{api:regex(^(events|profiles)\\.json$)}", Tell("count", CountedAsync));
        routes.MapGet("/getSchema", Tell("schema", SchemaAsync));
    }

    /// <summary>Forgets exports and counts.</summary>
    public void Clear()
    {
        exports.Clear();
        counts.Clear();
    }

    private RequestDelegate Tell(string family, Func<HttpContext, CleverTapAccount, Task<Answer>> answer) => async http =>
    {
        var given = await AdmitAsync(http, family, answer);
        await given.ExecuteAsync(http);
    };

    private Task<Answer> AdmitAsync(HttpContext http, string family, Func<HttpContext, CleverTapAccount, Task<Answer>> answer)
    {
        var label = http.Request.Host.Host.Split('.')[0];
        return world.Find(http.Request.Headers["X-CleverTap-Account-Id"].ToString()) is { } account
            && http.Request.Headers["X-CleverTap-Passcode"] == account.Passcode
            && (!Regions.Contains(label) || label == account.Region)
            ? gate.EnterAsync(account.Id, $"{family} {http.Request.RouteValues["api"]}", () => answer(http, account))
            : Task.FromResult(CleverTapFaults.Unauthorized);
    }

    private Task<Answer> TakeAsync(HttpContext http, ApiCall call, string eventName, Func<FaultRule?, Answer> serve) =>
        desk.AnswerAsync(call, rule => CleverTapFaults.Of(rule, eventName), serve, http.RequestAborted);

    private async Task<Answer> OrderAsync(HttpContext http, CleverTapAccount account)
    {
        var (order, refusal) = await ExportOrder.ReadAsync(http.Request, account);
        if (order is null) return refusal!;
        var api = Api(http);
        return await TakeAsync(http, new(Platform, account.Id, "export", $"{api} {order.Slice}"), order.Event.Name, _ =>
        {
            if (!order.Event.Exportable) return CleverTapFaults.NotExportable;
            var records = Records(order, api, FlagsOf(http.Request.Query));
            var batch = int.TryParse(http.Request.Query["batch_size"], out var asked) ? Math.Clamp(asked, 1, MostBatch) : UsualBatch;
            var export = exports.Order(account, api, order.Slice, order.From, order.To, records, batch);
            return Answer.Ok(new JsonObject { ["cursor"] = Uri.EscapeDataString(export.Cursor(0)), ["status"] = "success" });
        });
    }

    private Task<Answer> PageAsync(HttpContext http, CleverTapAccount account)
    {
        var api = Api(http);
        if (!exports.TryFind(http.Request.Query["cursor"].ToString(), out var export, out var page)
            || export.AccountId != account.Id || export.Api != api)
            return Task.FromResult(CleverTapFaults.IncorrectUsage);
        var records = export.Records.Skip(page * export.PageSize).Take(export.PageSize).ToArray();
        var call = new ApiCall(Platform, account.Id, "page", $"{api} {export.Slice}", page) { Rows = records.Length };
        return TakeAsync(http, call, "", rule =>
        {
            if (page == 0 && export.ComesTooEarly()) return CleverTapFaults.InProgress(200);
            var answer = new JsonObject { ["status"] = "success" };
            if (page == export.Pages) return Answer.Ok(answer);
            var next = rule is { Fault: "cursor_repeated" } ? page : page + 1;
            answer["next_cursor"] = Uri.EscapeDataString(export.Cursor(next));
            answer["records"] = new JsonArray([.. records.Select(record => record.DeepClone())]);
            return Answer.Ok(CleverTapStructures.ApplyToPage(answer, export.From, export.To, structures)) with { Whole = next > page };
        });
    }

    private Task<Answer> ProfileAsync(HttpContext http, CleverTapAccount account)
    {
        var query = http.Request.Query;
        return TakeAsync(http, new(Platform, account.Id, "profile"), "", _ =>
        {
            var person = Enumerable.Range(0, account.People).Select(number => CleverTapWorld.PersonOf(account, number)).FirstOrDefault(each =>
                query["identity"] == each.Identity || query["email"] == each.Email || query["objectId"] == each.ObjectId);
            if (person is null) return CleverTapFaults.Fail(200, "Profile not found", null);
            var any = new Happening(account.Events[0], new DateOnly(2026, 1, 1), 20260101000000, person, []);
            return Answer.Ok(new JsonObject { ["status"] = "success", ["record"] = CleverTapRecords.Profile(account, person, any) });
        });
    }

    private async Task<Answer> CountAsync(HttpContext http, CleverTapAccount account)
    {
        var (order, refusal) = await ExportOrder.ReadAsync(http.Request, account);
        if (order is null) return refusal!;
        return await TakeAsync(http, new(Platform, account.Id, "count", $"{Api(http)} {order.Slice}"), order.Event.Name, rule =>
        {
            var happenings = world.Happenings(account, order.Event, order.From, order.To);
            var count = Api(http) == "events" ? happenings.Count() : happenings.Select(each => each.Person.Number).Distinct().Count();
            if (rule is { Fault: "count_off" }) count += (count / 10) + 1;
            return Answer.Ok(counts.Ask(account.Id, order.Slice, count)) with { Whole = rule is not { Fault: "count_off" } };
        });
    }

    private Task<Answer> CountedAsync(HttpContext http, CleverTapAccount account)
    {
        if (!long.TryParse(http.Request.Query["req_id"], CultureInfo.InvariantCulture, out var id)
            || counts.Find(id) is not { } count || count.AccountId != account.Id)
            return Task.FromResult(CleverTapFaults.Fail(400, "Invalid req_id", 400));
        return TakeAsync(http, new(Platform, account.Id, "counted", count.Slice), "", _ => Answer.Ok(count.Poll(id)));
    }

    private Task<Answer> SchemaAsync(HttpContext http, CleverTapAccount account) => TakeAsync(http, new(Platform, account.Id, "schema"), "", _ =>
        http.Request.Query["type"].ToString() switch
        {
            "events" => Answer.Ok(new JsonObject { ["status"] = "success", ["schema"] = new JsonArray([.. account.Events.Select(EventSchema)]) }),
            "userProperties" => Answer.Ok(new JsonObject
            {
                ["status"] = "success",
                ["schema"] = new JsonArray(Property("Customer Type"), Property("Lifetime Value"), Property("Newsletter"), Property("Home")),
            }),
            _ => CleverTapFaults.Fail(400, "type must be events or userProperties", 400),
        });

    private List<JsonObject> Records(ExportOrder order, string api, ExportFlags flags)
    {
        var happenings = world.Happenings(order.Account, order.Event, order.From, order.To);
        return api == "events"
            ? [.. happenings.Select(each => CleverTapRecords.Event(order.Account, each, flags, structures))]
            : [.. happenings.GroupBy(each => each.Person).Select(person => CleverTapRecords.Profile(order.Account, person.Key, person.MaxBy(each => each.Ts)!))];
    }

    private static JsonNode EventSchema(CleverTapEvent kind) =>
        new JsonObject { ["name"] = kind.Name, ["properties"] = new JsonArray([.. kind.Properties.Select(Property)]) };

    private static JsonNode Property(string name) => new JsonObject { ["name"] = name, ["type"] = "String" };

    private static ExportFlags FlagsOf(IQueryCollection query) => new(query["app"] != "false", query["events"] != "false", query["profile"] != "false");

    private static string Api(HttpContext http) => http.Request.RouteValues["api"]!.ToString()!.Split('.')[0];
}
