using System.Text.Json;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.CleverTap;

/// <summary>What CleverTap's answers mean: https://developer.clevertap.com/docs/get-events-api. Many faults come with status 200.</summary>
public static class CleverTapErrors
{
    /// <summary>The verdict on an answer.</summary>
    public static Verdict Judge(ProviderAnswer answer)
    {
        if (answer.Code is 401 or 403)
            return new(VerdictKind.Stopped, $"CleverTap answered {answer.Code}: the passcode is wrong, or the project lives in another region; check CleverTap:BaseUrl.");
        if (answer.Code == 429) return new(VerdictKind.Throttled, "CleverTap answered 429: too many calls at once.", answer.Headers.RetryAfter);
        if (answer.Code >= 500) return new(VerdictKind.TryAgain, $"CleverTap answered {answer.Code}.");
        if (JsonText.Parse(answer.Body) is not { ValueKind: JsonValueKind.Object } body)
            return answer.Code < 300 ? new(VerdictKind.TryAgain, "CleverTap's answer is no JSON object.")
                : new(VerdictKind.Refused, $"CleverTap answered {answer.Code} without a reason.");
        var said = ((JsonElement?)body).Member("error");
        var error = said.Text() ?? string.Join(' ', said.Items().Select(item => item.Text()));
        var code = ((JsonElement?)body).Member("code").Whole();
        if (((JsonElement?)body).Member("status").Text() != "fail" && error.Length == 0 && answer.Code is >= 200 and < 300 and not 202) return Verdict.Good;
        return Judge(answer.Code, code, error);
    }

    private static Verdict Judge(int status, int? code, string error)
    {
        bool Says(string words) => error.Contains(words, StringComparison.OrdinalIgnoreCase);
        if (code == 2 || status == 202 || Says("in progress")) return new(VerdictKind.InProgress, "CleverTap is still at work on the export.");
        if (Says("too many")) return new(VerdictKind.Throttled, "CleverTap answered too many requests.");
        if (Says("export not allowed")) return new(VerdictKind.Skipped, "CleverTap does not export this event by API, only to a bucket.");
        if (Says("invalid event")) return new(VerdictKind.Refused, "CleverTap knows no event of this name; names are case-sensitive.");
        if (Says("cursor")) return new(VerdictKind.BeginAnew, "CleverTap's cursor has ended; the day is exported anew.");
        if (code == 3) return new(VerdictKind.Refused, "CleverTap answered code 3, incorrect usage: the request or the API has changed.");
        return new(VerdictKind.Refused, $"CleverTap answered {status}, code {code}.");
    }
}
