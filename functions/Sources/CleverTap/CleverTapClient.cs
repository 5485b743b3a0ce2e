using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Domain.Datasets;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.CleverTap;

/// <summary>The export and count calls: https://developer.clevertap.com/docs/get-events-api.</summary>
public sealed class CleverTapClient(HttpClient http, CleverTapOptions options, TimeProvider time)
{
    private readonly ProviderGate gate = new(time);
    private ProviderCalls Calls => field ??= new(http, "CleverTap", SourceKind.CleverTap.Text(), Judge, gate, time);

    /// <summary>Begins an export of project-local days.</summary>
    /// <param name="api"><c>events</c> or <c>profiles</c>.</param>
    /// <returns>The cursor of its first page.</returns>
    public async Task<string> BeginAsync(CleverTapProject project, string api, string eventName, DateOnly from, DateOnly to, CancellationToken stopping)
    {
        var query = api == "events" ? "&app=true&events=false&profile=true" : "&app=true&events=false";
        var answer = await PostAsync(project, $"1/{api}.json?batch_size={options.BatchSize}{query}", eventName, from, to, stopping);
        return JsonText.Parse(answer).Member("cursor").Text()
            ?? throw new ProviderException(new(VerdictKind.Refused, "CleverTap began an export and named no cursor; its API has changed."));
    }

    /// <summary>A page of an export.</summary>
    /// <param name="cursor">As it was given: percent-encoded already, and encoded once more it means nothing.</param>
    public async Task<ExportPage> PageAsync(CleverTapProject project, string api, string cursor, CancellationToken stopping)
    {
        var answer = await Calls.AskAsync(project.AccountId, () => Request(HttpMethod.Get, project, $"1/{api}.json?cursor={cursor}"), stopping);
        return ExportPage.Read(answer.Body);
    }

    /// <summary>How many events the days have, by CleverTap's own count.</summary>
    /// <returns>Null while it is still counting.</returns>
    public async Task<long?> CountAsync(CleverTapProject project, string api, string eventName, DateOnly from, DateOnly to, CancellationToken stopping)
    {
        const int looks = 20;
        var answer = JsonText.Parse(await PostAsync(project, $"1/counts/{api}.json", eventName, from, to, stopping));
        for (var look = 0; look < looks; look++)
        {
            if (answer.Member("count").Number() is { } count) return (long)count;
            if (answer.Member("req_id").Text() is not { } request) return null;
            await Task.Delay(TimeSpan.FromSeconds(options.InProgressSeconds), time, stopping);
            answer = JsonText.Parse((await Calls.AskAsync(
                project.AccountId, () => Request(HttpMethod.Get, project, $"1/counts/{api}.json?req_id={Uri.EscapeDataString(request)}"), stopping)).Body);
        }
        return null;
    }

    /// <summary>Asks again though the passcode was refused a moment ago.</summary>
    public void Reopen(string account) => gate.Reopen(account);

    private Verdict Judge(ProviderAnswer answer)
    {
        var verdict = CleverTapErrors.Judge(answer);
        return verdict is { Kind: VerdictKind.Throttled, After: null } ? verdict with { After = TimeSpan.FromSeconds(options.BusySeconds) } : verdict;
    }

    private async Task<byte[]> PostAsync(CleverTapProject project, string path, string eventName, DateOnly from, DateOnly to, CancellationToken stopping) =>
        (await Calls.AskAsync(project.AccountId, () =>
        {
            var request = Request(HttpMethod.Post, project, path);
            request.Content = JsonContent.Create(new { event_name = eventName, from = Number(from), to = Number(to) });
            return request;
        }, stopping)).Body;

    private static int Number(DateOnly day) => int.Parse(day.ToString("yyyyMMdd", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private HttpRequestMessage Request(HttpMethod method, CleverTapProject project, string path)
    {
        // Otherwise Uri would decode what it takes for needless escapes in the cursor.
        var address = new Uri($"{options.BaseUrl.AbsoluteUri.TrimEnd('/')}/{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(method, address);
        request.Headers.Add("X-CleverTap-Account-Id", project.AccountId);
        request.Headers.Add("X-CleverTap-Passcode", project.Passcode);
        return request;
    }
}

/// <summary>A page of an export, as far as paging needs to look into it.</summary>
/// <param name="Records">Records in it; null when it holds no list of that name.</param>
/// <param name="Next">Cursor of the next page; null at the end.</param>
public sealed record ExportPage(byte[] Body, int? Records, string? Next)
{
    /// <summary>Reads the envelope and passes over the records.</summary>
    public static ExportPage Read(byte[] body)
    {
        var (records, next, cursor) = (default(int?), default(string), default(string));
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;
            var (isNext, isCursor, isRecords) = (reader.ValueTextEquals("next_cursor"u8), reader.ValueTextEquals("cursor"u8), reader.ValueTextEquals("records"u8));
            reader.Read();
            if (isNext && reader.TokenType == JsonTokenType.String) next = reader.GetString();
            else if (isCursor && reader.TokenType == JsonTokenType.String) cursor = reader.GetString();
            else if (isRecords && reader.TokenType == JsonTokenType.StartArray) records = Count(ref reader);
            else reader.Skip();
        }
        return new(body, records, next ?? cursor);      // older answers said cursor
    }

    private static int Count(ref Utf8JsonReader reader)
    {
        var count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++) reader.Skip();
        return count;
    }
}
