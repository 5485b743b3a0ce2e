using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Sandbox.Apis.Calls;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.GoogleAds;

/// <summary>Plays the REST form of the Google Ads API.</summary>
internal sealed class GoogleAdsApi(GoogleAdsFile file, AdWorld world, CallDesk desk, Structures structures, TimeProvider time)
{
    private const string Platform = Platforms.GoogleAds;

    // The real pages and batches are of 10,000 rows; the sample has fewer rows than that.
    private const int RowsPerPage = 50;

    private static readonly string[] Versions = ["v23", "v24", "v25", "v26"];
    private int requests;

    /// <summary>The token endpoint.</summary>
    public GoogleTokens Tokens { get; } = new(file.Client, time);

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/token", async http =>
        {
            var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
            var call = new ApiCall(Platform, "", "token") { Operations = 0 };
            var answer = await desk.AnswerAsync(call, FaultyToken, _ => Tokens.Answer(form), http.RequestAborted);
            await answer.ExecuteAsync(http);
        });
        routes.MapPost("/{version:regex(^v\\d+$)}/customers/{customer}/googleAds:searchStream", http => SearchAsync(http, stream: true));
        routes.MapPost("/{version:regex(^v\\d+$)}/customers/{customer}/googleAds:search", http => SearchAsync(http, stream: false));
    }

    private static Answer? FaultyToken(FaultRule rule) =>
        rule.Fault == "invalid_grant" ? GoogleTokens.InvalidGrant : FaultName.CommonAnswer(rule.Fault);

    private async Task SearchAsync(HttpContext http, bool stream)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"sandbox-{Interlocked.Increment(ref requests)}");
        var version = http.Request.RouteValues["version"]!.ToString()!;
        Answer answer;
        try
        {
            if (!Versions.Contains(version)) throw Refuse("unsupported_version");
            var search = await ReadAsync(http.Request, id, version, stream);
            answer = await desk.AnswerAsync(search.Call, rule => Faulty(search, rule), rule => Serve(search, rule), http.RequestAborted);
        }
        catch (GoogleRefusal refusal)
        {
            answer = Refused(refusal.Error, id, version, stream, null);
        }

        answer = answer with { Headers = new Dictionary<string, string> { ["request-id"] = id } };
        await answer.ExecuteAsync(http);
    }

    /// <summary>A search that is understood.</summary>
    private sealed record Search(ApiCall Call, string Id, string Version, bool Stream, Gaql Query, IReadOnlyList<JsonObject> Rows, int First)
    {
        public string FieldMask => string.Join(',', Query.Fields.Select(name => string.Join('.', name.Split('.').Select(GoogleFields.Camel))));
    }

    private async Task<Search> ReadAsync(HttpRequest request, string id, string version, bool stream)
    {
        _ = AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header);
        var token = header is { Scheme: "Bearer", Parameter: { } shown } ? shown : "";
        if (!Tokens.IsAlive(token, GoogleTokens.Ads)) throw Refuse("token_expired");
        var (text, pageToken) = await BodyAsync(request, stream);
        var query = Gaql.Parse(text);
        var (account, rows) = RowsOf(request, query);
        var slice = query.Days is var (from, to) ? $"{query.Resource} {from:O}..{to:O}" : query.Resource;
        var first = stream ? 0 : FirstRow(pageToken, slice);
        var call = new ApiCall(Platform, account, stream ? "search_stream" : "search", slice, first / RowsPerPage, token)
        {
            Rows = rows.Count, Operations = first == 0 ? 1 : 0,
        };
        return new(call, id, version, stream, query, rows, first);
    }

    private (string Account, List<JsonObject> Rows) RowsOf(HttpRequest request, Gaql query)
    {
        var customer = request.RouteValues["customer"]!.ToString()!;
        if (customer.Length != 10 || !customer.All(char.IsAsciiDigit))
            throw new GoogleRefusal(new(400, "INVALID_ARGUMENT", "requestError", "INVALID_CUSTOMER_ID", $"Invalid customer ID '{customer}'."));
        if (request.Headers["login-customer-id"] != file.Manager.Id) throw Refuse("user_permission_denied");
        if (customer == file.Manager.Id)
        {
            return query.Resource == "customer_client"
                ? (customer, CustomerClients.Of(query, file.Manager, file.Accounts))
                : throw GoogleRefusal.Query("REQUESTED_METRICS_FOR_MANAGER", "Metrics cannot be requested for a manager account; ask each client account.");
        }

        var account = world.Find(customer) ?? throw Refuse("user_permission_denied");
        if (!account.Enabled) throw Refuse("customer_not_enabled");
        var rows = GoogleRows.Of(query, account, world, account.Day(time.GetUtcNow()));
        return (customer, [.. rows.Select(row =>
        {
            var (from, to) = row.Day is { } day ? (day, day) : query.Days ?? default;
            return GoogleAdsStructures.Apply(GoogleFields.Write(query, row), from, to, structures);
        })]);
    }

    private Answer Serve(Search search, FaultRule? rule)
    {
        if (desk.Refuses(Platform, search.Call.Token)) throw Refuse("token_expired");
        if (search.Stream) return Streamed(search, rule);
        var page = Batch(search, search.First, withConsumption: true);
        if (search.First + RowsPerPage < search.Rows.Count) page["nextPageToken"] = PageToken(search.First + RowsPerPage, search.Call.Slice);
        return Answer.Ok(page);
    }

    private Answer Streamed(Search search, FaultRule? rule)
    {
        var batches = new JsonArray();
        for (var first = 0; first == 0 || first < search.Rows.Count; first += RowsPerPage)
            batches.Add(Batch(search, first, withConsumption: first + RowsPerPage >= search.Rows.Count));
        if (rule is not { Fault: "error_in_stream" }) return Answer.Ok(batches);
        while (batches.Count > Math.Max(1, (batches.Count + 1) / 2)) batches.RemoveAt(batches.Count - 1);
        batches.Add(GoogleAdsFaults.Errors["internal_error"].ToJson(search.Id, search.Version, null));
        return Answer.Ok(batches) with { Whole = false };
    }

    private JsonObject Batch(Search search, int first, bool withConsumption)
    {
        var batch = new JsonObject();
        var rows = search.Rows.Skip(first).Take(RowsPerPage).Select(row => row.DeepClone()).ToArray();
        var (from, to) = search.Query.Days ?? default;
        if (rows is not []) batch[GoogleAdsStructures.Results(from, to, structures)] = new JsonArray(rows);
        batch["fieldMask"] = GoogleAdsStructures.FieldMask(search.FieldMask, from, to, structures);
        batch["requestId"] = search.Id;
        if (withConsumption) batch["queryResourceConsumption"] = $"{100 + search.Rows.Count}";
        return batch;
    }

    private Answer? Faulty(Search search, FaultRule rule)
    {
        if (!GoogleAdsFaults.Errors.TryGetValue(rule.Fault, out var error)) return FaultName.CommonAnswer(rule.Fault);
        if (rule.Fault == "token_expired") desk.Kill(Platform, search.Call.Token);
        if (error.Closes) desk.Close(search.Call, rule, wholePlatform: false);
        return Refused(error, search.Id, search.Version, search.Stream, error.Closes ? rule.Wait : null);
    }

    // A stream is a list whatever comes: its error is the only element.
    private static Answer Refused(GoogleAdsError error, string id, string version, bool stream, TimeSpan? retryDelay)
    {
        var json = error.ToJson(id, version, retryDelay);
        return Answer.Refused(error.Status, stream ? new JsonArray(json) : json);
    }

    private static async Task<(string Query, string? PageToken)> BodyAsync(HttpRequest request, bool stream)
    {
        try
        {
            var body = await JsonNode.ParseAsync(request.Body, cancellationToken: request.HttpContext.RequestAborted) as JsonObject ?? [];
            if (body.ContainsKey("pageSize"))
                throw new GoogleRefusal(new(
                    400, "INVALID_ARGUMENT", "requestError", "PAGE_SIZE_NOT_SUPPORTED", "Setting the page size is not supported; it is fixed."));
            return ((string?)body["query"] ?? "", stream ? null : (string?)body["pageToken"]);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new GoogleRefusal(new(400, "INVALID_ARGUMENT", "", "", $"Invalid JSON payload received. {error.Message}"));
        }
    }

    private static int FirstRow(string? token, string slice)
    {
        if (string.IsNullOrEmpty(token)) return 0;
        var bytes = new byte[token.Length];
        var text = Convert.TryFromBase64String(token, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
        return text.Split('/') is [var first, var asked] && asked == slice && int.TryParse(first, out var row) && row > 0
            ? row
            : throw new GoogleRefusal(new(400, "INVALID_ARGUMENT", "requestError", "INVALID_PAGE_TOKEN", "Page token is invalid."));
    }

    private static string PageToken(int first, string slice) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{first}/{slice}"));

    private static GoogleRefusal Refuse(string fault) => new(GoogleAdsFaults.Errors[fault]);
}
