using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Sandbox.Apis.Calls;
using Pipeline.Sandbox.Apis.World;

namespace Pipeline.Sandbox.Apis.Control;

/// <summary>The switches, the counters and the truth: <c>/sandbox/…</c>, which no provider has.</summary>
internal sealed class ControlApi(Providers providers)
{
    private static readonly string[] AdLevels = ["account", "campaign", "ad_group", "ad"];

    public void Map(IEndpointRouteBuilder routes)
    {
        var sandbox = routes.MapGroup("/sandbox");
        sandbox.MapGet("/faults", () => Results.Json(new { active = providers.Faults.Rules, known = Providers.KnownFaults }));
        sandbox.MapPost("/faults", async (HttpRequest request) => await ReadAsync<FaultRule>(request, AddFault));
        sandbox.MapDelete("/faults", () => Done(providers.Faults.Clear));
        sandbox.MapGet("/structure", () => Results.Json(new { active = providers.Structures.All, known = Providers.KnownStructures }));
        sandbox.MapPost("/structure", async (HttpRequest request) => await ReadAsync<StructureChange>(request, SetStructure));
        sandbox.MapPost("/restate", async (HttpRequest request) => await ReadAsync<Restating>(request, Restate));
        sandbox.MapPost("/tokens", async (HttpRequest request) => await ReadAsync<TokenLife>(request, SetTokenLife));
        sandbox.MapPost("/reset", () => Done(providers.Reset));
        sandbox.MapGet("/counters", () => Results.Json(new { platforms = providers.Counters.Platforms(), questions = providers.Counters.Questions() }));
        sandbox.MapGet("/truth/{platform}", Truths);
    }

    private sealed record Restating(string Platform, string Account, DateOnly Day);

    private sealed record TokenLife(int ExpiresInSeconds);

    private static async Task<IResult> ReadAsync<T>(HttpRequest request, Func<T, string?> apply)
    {
        try
        {
            if (await JsonSerializer.DeserializeAsync<T>(request.Body, JsonSerializerOptions.Web, request.HttpContext.RequestAborted) is not { } body)
                return Wrong("The body is empty.");
            return apply(body) is { } fault ? Wrong(fault) : Results.Json(body);
        }
        catch (JsonException error)
        {
            return Wrong($"The body cannot be read: {error.Message}");
        }
    }

    private string? AddFault(FaultRule rule)
    {
        if (!Providers.KnownFaults.TryGetValue(rule.Platform ?? "", out var known)) return UnknownPlatform(rule.Platform);
        if (!known.TryGetValue(rule.Fault ?? "", out var name)) return Unknown(rule.Platform, "fault", rule.Fault, known.Keys);
        if (rule is not { Probability: >= 0 and <= 1, WaitSeconds: null or (>= 0 and <= 172_800) }) return "probability is from 0 to 1, waitSeconds from 0 to 172800.";
        providers.Faults.Add(rule with { Endpoint = rule.Endpoint ?? name.Endpoint, Account = rule.Account is { } account ? Bare(account) : null });
        return null;
    }

    private string? SetStructure(StructureChange change)
    {
        if (!Providers.KnownStructures.TryGetValue(change.Platform ?? "", out var known)) return UnknownPlatform(change.Platform);
        if (!known.ContainsKey(change.Change ?? "")) return Unknown(change.Platform, "change", change.Change, known.Keys);
        providers.Structures.Set(change);
        return null;
    }

    private string? Restate(Restating restating)
    {
        var account = Bare(restating.Account ?? "");
        var exists = restating.Platform switch
        {
            Platforms.Facebook => providers.FacebookWorld.Find(account) is not null,
            Platforms.GoogleAds => providers.GoogleAdsWorld.Find(account) is not null,
            Platforms.CleverTap => providers.CleverTapWorld.Find(account) is not null,
            Platforms.BigQuery => providers.BigQueryWorld.Find(account) is not null,
            _ => false,
        };
        if (!exists) return $"{restating.Platform} has no account '{restating.Account}'.";
        providers.Restatements.Restate(restating.Platform!, account, restating.Day);
        return null;
    }

    private string? SetTokenLife(TokenLife life)
    {
        if (life.ExpiresInSeconds is < 1 or > 86_400) return "expiresInSeconds is from 1 to 86400.";
        providers.GoogleAds.Tokens.LifeSeconds = life.ExpiresInSeconds;
        return null;
    }

    private IResult Truths(string platform, HttpRequest request)
    {
        var account = Bare(request.Query["account"].ToString());
        if (!Day("from", out var from) || !Day("to", out var to)) return Wrong("Ask with account=, from=YYYY-MM-DD and to=YYYY-MM-DD.");
        var levels = request.Query["level"].ToString() is { Length: > 0 } level ? [level] : AdLevels;
        var rows = platform switch
        {
            "facebook" => Ads(providers.FacebookWorld),
            "google" or "google_ads" => Ads(providers.GoogleAdsWorld),
            "clevertap" => providers.CleverTapWorld.Find(account) is { } found ? Truth.Events(providers.CleverTapWorld, found, from, to) : null,
            "bigquery" => providers.BigQueryWorld.Find(account) is { } found ? Truth.Actions(providers.BigQueryWorld, found, from, to) : null,
            _ => null,
        };
        return rows is null ? Wrong($"{platform} has no account '{account}'.") : Results.Json(rows.ToList());

        IEnumerable<Dictionary<string, string>>? Ads(AdWorld world) =>
            world.Find(account) is { } found ? Truth.Ads(world, found, from, to, levels) : null;

        bool Day(string name, out DateOnly day) =>
            DateOnly.TryParseExact(request.Query[name], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }

    private static string Bare(string account) => account.StartsWith("act_", StringComparison.Ordinal) ? account["act_".Length..] : account;

    private static string Unknown(string? platform, string what, string? name, IEnumerable<string> known) =>
        $"{platform} has no {what} '{name}'; choose one of {string.Join(", ", known)}.";

    private static string UnknownPlatform(string? platform) => $"There is no platform '{platform}'; choose one of {string.Join(", ", Platforms.All)}.";

    private static IResult Wrong(string reason) => Results.Json(new { error = reason }, statusCode: 400);

    private static IResult Done(Action act)
    {
        act();
        return Results.NoContent();
    }
}
