using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Telemetry;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Facebook;

/// <summary>The calls of the Marketing API that are used: https://developers.facebook.com/docs/marketing-api/insights.</summary>
/// <remarks>
/// The token travels in a header, so that no address holds it. <c>paging.next</c>, which does, is never followed, and the token in it is
/// crossed out before a page is handed on.
/// </remarks>
public sealed class FacebookClient(HttpClient http, FacebookOptions options, TimeProvider time, ILogger<FacebookClient> log)
{
    internal static readonly IReadOnlyDictionary<string, string> Nothing = new Dictionary<string, string>();

    private readonly ProviderGate gate = new(time);
    private readonly byte[] token = Encoding.UTF8.GetBytes(options.AccessToken);
    private ProviderCalls Calls => field ??= new(http, "Meta", SourceKind.Facebook.Text(), FacebookErrors.Judge, gate, time);
    private readonly string proof = Convert.ToHexStringLower(
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.AppSecret), Encoding.UTF8.GetBytes(options.AccessToken)));

    /// <summary>Begins a report.</summary>
    /// <returns>Its run id.</returns>
    public async Task<string> BeginReportAsync(string account, ReportQuestion question, CancellationToken stopping)
    {
        var answer = await AskAsync(account, HttpMethod.Post, $"act_{account}/insights", question.ToParameters(), stopping);
        return JsonText.Parse(answer.Body).Member("report_run_id").Text()
            ?? throw new ProviderException(new(VerdictKind.Refused, "Meta began a report and named no report_run_id; its API has changed."));
    }

    /// <summary>Looks at a report.</summary>
    /// <returns>Its <c>async_status</c>, and the error of a failed one.</returns>
    public async Task<ReportStatus> ReportAsync(string account, string run, CancellationToken stopping)
    {
        var status = JsonText.Parse((await AskAsync(account, HttpMethod.Get, run, Nothing, stopping)).Body);
        return new(
            status.Member("async_status").Text() ?? "", status.Member("error_code").Whole() ?? 0, status.Member("error_subcode").Whole() ?? 0,
            status.Member("error_message").Text() ?? "");
    }

    /// <summary>One page of an edge, such as a report's rows or an account's campaigns.</summary>
    /// <param name="after">The cursor of the page before; null for the first page.</param>
    public async Task<EdgePage> PageAsync(
        string account, string edge, IReadOnlyDictionary<string, string> parameters, int limit, string? after, CancellationToken stopping)
    {
        var all = new Dictionary<string, string>(parameters) { ["limit"] = limit.ToString(System.Globalization.CultureInfo.InvariantCulture) };
        if (after is not null) all["after"] = after;
        var answer = await AskAsync(account, HttpMethod.Get, edge, all, stopping);
        CrossOutToken(answer.Body);
        var paging = JsonText.Parse(answer.Body).Member("paging");
        var cursor = paging.Member("cursors").Member("after").Text();
        // Cursors stand on the last page too; that there is a next one is what says so.
        if (paging.Member("next") is null) return new(answer.Body, null);
        if (cursor is null || cursor == after)
            throw new ProviderException(new(VerdictKind.Refused, $"Meta names a next page of {edge} and no new cursor to it; its paging has changed."));
        return new(answer.Body, cursor);
    }

    /// <summary>Asks again though the token was refused a moment ago.</summary>
    public void Reopen(string account) => gate.Reopen(account);

    /// <summary>The account's own facts.</summary>
    public async Task<AccountProfile> AccountAsync(string account, CancellationToken stopping)
    {
        var fields = new Dictionary<string, string> { ["fields"] = "account_id,name,currency,timezone_name" };
        var node = JsonText.Parse((await AskAsync(account, HttpMethod.Get, $"act_{account}", fields, stopping)).Body);
        var zone = node.Member("timezone_name").Text();
        return zone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)
            ? new(zone, node.Member("currency").Text(), node.Member("name").Text())
            : throw new ProviderException(new(VerdictKind.Refused, $"Meta says account {account} lives in time zone '{zone}', which this machine does not know."));
    }

    /// <summary>When the token ends.</summary>
    /// <returns>Null when it does not, or when no app id is set to ask with.</returns>
    public async Task<DateTimeOffset?> TokenExpiresAsync(CancellationToken stopping)
    {
        if (options.AppId.Length == 0) return null;
        var answer = await Calls.AskAsync("", () =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, Address("debug_token", new Dictionary<string, string> { ["input_token"] = options.AccessToken }));
            request.Headers.Authorization = new("Bearer", $"{options.AppId}|{options.AppSecret}");
            return request;
        }, stopping);
        var data = JsonText.Parse(answer.Body).Member("data");
        if (data.Member("is_valid") is { ValueKind: JsonValueKind.False })
            throw new ProviderException(FacebookErrors.Judge(190, 0, "", transient: false));
        return data.Member("expires_at").Number() is { } expires and > 0 ? DateTimeOffset.FromUnixTimeSeconds((long)expires) : null;
    }

    private async Task<ProviderAnswer> AskAsync(
        string account, HttpMethod method, string path, IReadOnlyDictionary<string, string> parameters, CancellationToken stopping)
    {
        var signed = new Dictionary<string, string>(parameters) { ["appsecret_proof"] = proof };
        ProviderAnswer answer;
        try
        {
            answer = await Calls.AskAsync(account, () =>
            {
                var request = method == HttpMethod.Get
                    ? new HttpRequestMessage(method, Address(path, signed))
                    : new HttpRequestMessage(method, Address(path, Nothing)) { Content = new FormUrlEncodedContent(signed) };
                request.Headers.Authorization = new("Bearer", options.AccessToken);
                return request;
            }, stopping);
        }
        catch (ProviderException error)
            when (error.Verdict.Kind == VerdictKind.InProgress && path.StartsWith("act_", StringComparison.Ordinal))
        {
            // A run may not be there yet; an account that is not there will not come.
            throw new ProviderException(new(
                VerdictKind.Stopped,
                $"Meta finds no account {account}; correct Facebook:Accounts, or give the token's user ads_read on it."));
        }
        NoteUsage(account, answer.Headers);
        if (answer.Headers["X-Ad-Api-Version-Warning"] is { } warning) Log.VersionWarning(log, options.Version, warning);
        if (answer.Headers["facebook-api-version"] is { } version && version != options.Version) Log.OtherVersion(log, options.Version, version);
        return answer;
    }

    // A limit that is used up refuses the next call, and refused calls cost the access tier: so that one is not made.
    private void NoteUsage(string account, ProviderHeaders headers)
    {
        if (FacebookUsage.Share(headers) is { } share)
            Instruments.ProviderQuota.Record(share, Instruments.Label("source", SourceKind.Facebook.Text()), Instruments.Label("account", account));
        var used = FacebookUsage.UsedUp(headers);
        if (!used.Account && !used.Application) return;
        gate.Note(account, new(
            VerdictKind.Throttled, "Meta's usage headers say the limit is used up.", FacebookUsage.Wait(headers), WholeApplication: used.Application));
    }

    // Landed pages are kept for good and read by many; every token of Meta's is plain letters and digits, so it stands there as it is.
    private void CrossOutToken(Span<byte> page)
    {
        if (token.Length == 0) return;
        for (int at; (at = page.IndexOf(token)) >= 0; page = page[(at + token.Length)..]) page.Slice(at, token.Length).Fill((byte)'x');
    }

    private Uri Address(string path, IReadOnlyDictionary<string, string> parameters)
    {
        var query = string.Join('&', parameters.Select(each => $"{Uri.EscapeDataString(each.Key)}={Uri.EscapeDataString(each.Value)}"));
        return new($"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/{options.Version}/{path}{(query.Length == 0 ? "" : "?" + query)}");
    }
}

/// <summary>A page of an edge.</summary>
/// <param name="Body">The answer as it came.</param>
/// <param name="After">Cursor of the next page; null for the last.</param>
public sealed record EdgePage(byte[] Body, string? After);

/// <summary>How a report stands.</summary>
/// <param name="Status"><c>Job Not Started, Started, Running, Completed, Failed, Skipped</c>.</param>
/// <param name="ErrorCode">Of a failed one, since v25; 0 otherwise.</param>
public sealed record ReportStatus(string Status, int ErrorCode, int ErrorSubcode, string ErrorMessage);
