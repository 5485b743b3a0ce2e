using System.Text.Json;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.Facebook;

/// <summary>What Meta's answers mean: https://developers.facebook.com/docs/marketing-api/insights/error-codes.</summary>
public static class FacebookErrors
{
    private static readonly int[] Limits = [4, 17, 32, 341, 613, 80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80009, 80014];

    /// <summary>The verdict on an HTTP answer.</summary>
    public static Verdict Judge(ProviderAnswer answer)
    {
        var error = JsonText.Parse(answer.Body).Member("error");
        if (error is null)
            return answer.Code switch
            {
                >= 200 and < 300 => Verdict.Good,
                429 => new(VerdictKind.Throttled, "Meta answered 429.", answer.Headers.RetryAfter ?? FacebookUsage.Wait(answer.Headers)),
                >= 500 => new(VerdictKind.TryAgain, $"Meta answered {answer.Code} without an error body."),
                _ => new(VerdictKind.Refused, $"Meta answered {answer.Code} without an error body."),
            };
        var transient = error.Member("is_transient") is { ValueKind: JsonValueKind.True } || answer.Code >= 500;
        var verdict = Judge(error.Member("code").Whole() ?? 0, error.Member("error_subcode").Whole() ?? 0, error.Member("message").Text() ?? "", transient);
        return verdict.Kind == VerdictKind.Throttled ? verdict with { After = FacebookUsage.Wait(answer.Headers) } : verdict;
    }

    /// <summary>The verdict on an error, in an answer or in a failed report.</summary>
    /// <param name="transient">Meta marks it so, or the status is 500 or above.</param>
    public static Verdict Judge(int code, int subcode, string message, bool transient)
    {
        Verdict As(VerdictKind kind, string remedy, bool everywhere = false) =>
            new(kind, $"Meta answered {code}/{subcode}: {remedy}", WholeApplication: everywhere);
        bool Says(string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
        return (code, subcode) switch
        {
            (_, 1487534) => As(VerdictKind.TooMuchData, "the report is too broad."),
            (_, 1504018 or 1504038) => As(VerdictKind.TooMuchData, "the question took too long."),
            (_, 2490547) => As(VerdictKind.BeginAnew, "the report was lost."),
            (_, 1504041 or 1504042) => As(VerdictKind.Refused, "these breakdowns or metrics do not go together; correct the contract."),
            (190, _) => As(VerdictKind.Stopped, "the access token is expired or revoked; set a new Facebook:AccessToken.", everywhere: true),
            (2635, _) => As(VerdictKind.Stopped, "this API version is gone; raise Facebook:Version.", everywhere: true),
            (3018, _) => As(VerdictKind.Refused, "the first day is more than 37 months back; begin later."),
            (100, 33) => As(VerdictKind.InProgress, "it is not there yet."),
            (_, 99) => As(VerdictKind.TryAgain, "a passing fault."),
            (10 or 200, _) => As(VerdictKind.Stopped, "a permission is missing; give the token's user ads_read on the account."),
            (100, _) when Says("missing permissions") => As(VerdictKind.Stopped, "a permission is missing; give the token's user ads_read on the account."),
            (100, _) when Says("in summary param because") => As(VerdictKind.TryAgain, "a report's field was not there yet."),
            (4, _) => As(VerdictKind.Throttled, "the application's limit is reached.", everywhere: true),
            _ when Limits.Contains(code) => As(VerdictKind.Throttled, "the account's limit is reached."),
            (1 or 2, _) when Says("reduce the amount of data") => As(VerdictKind.PageTooLarge, "the page is too large."),
            (1 or 2, _) => As(VerdictKind.TryAgain, "a passing fault."),
            _ when transient => As(VerdictKind.TryAgain, "a passing fault."),
            _ => As(VerdictKind.Refused, "it refuses the question; look the code up at developers.facebook.com."),
        };
    }
}
