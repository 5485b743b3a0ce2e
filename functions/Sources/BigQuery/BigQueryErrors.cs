using System.Text.Json;
using Pipeline.Sources.Slices;

namespace Pipeline.Sources.BigQuery;

/// <summary>What BigQuery's answers mean: https://cloud.google.com/bigquery/docs/error-messages.</summary>
public static class BigQueryErrors
{
    private const int AlreadyExists = 409;
    private const int MaxMessage = 300;

    private static readonly TimeSpan OnRate = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OnQuota = TimeSpan.FromMinutes(10);

    /// <summary>The verdict on an answer to a new job; that the job is there already is good.</summary>
    public static Verdict Judge(ProviderAnswer answer)
    {
        if (answer.Code is (>= 200 and < 300) or AlreadyExists) return Verdict.Good;
        var error = JsonText.Parse(answer.Body).Member("error");
        return Of(error.Member("errors").Items().FirstOrDefault() ?? error, answer.Code, answer.Headers.RetryAfter);
    }

    /// <summary>The verdict on an answer about a job that was begun: one that is gone is begun anew.</summary>
    public static Verdict JudgeJob(ProviderAnswer answer) =>
        answer.Code == 404 ? new(VerdictKind.BeginAnew, "BigQuery no longer has the query's job or its result.") : Judge(answer);

    /// <summary>The verdict on a job that failed.</summary>
    /// <param name="error">The job's <c>errorResult</c>.</param>
    public static Verdict OfJob(JsonElement? error) => Of(error, 0, null);

    private static Verdict Of(JsonElement? error, int status, TimeSpan? retryAfter)
    {
        var reason = error.Member("reason").Text() ?? "";
        Verdict As(VerdictKind kind, string remedy, TimeSpan? after = null, bool everywhere = false) =>
            new(kind, $"BigQuery answered {(reason.Length > 0 ? reason : status)}: {remedy}", after, everywhere);
        return reason switch
        {
            "rateLimitExceeded" or "jobRateLimitExceeded" => As(VerdictKind.Throttled, "too many questions at once.", retryAfter ?? OnRate),
            "quotaExceeded" => As(VerdictKind.Throttled, "a quota of the project is used up.", retryAfter ?? OnQuota),
            "backendError" or "internalError" or "badGateway" or "jobBackendError" or "jobInternalError" or "tableUnavailable" or "stopped" =>
                As(VerdictKind.TryAgain, "a passing fault."),
            "bytesBilledLimitExceeded" => As(VerdictKind.Refused,
                "the day's query reads more than BigQuery:MaxBytesBilled. Name the columns that are needed, or raise the limit."),
            "billingNotEnabled" => As(VerdictKind.Stopped, "the project of BigQuery:Project has no billing account.", everywhere: true),
            "accessDenied" => As(VerdictKind.Refused,
                $"the service account may not do this; it needs bigquery.jobUser in the project and bigquery.dataViewer on the table. {Message(error)}"),
            "notFound" => As(VerdictKind.Refused, $"the table or the project is not where BigQuery:Streams and BigQuery:Location say. {Message(error)}"),
            "resourcesExceeded" or "responseTooLarge" => As(VerdictKind.Refused, "the day is too large to be asked for at once; name fewer columns."),
            "invalidQuery" or "invalid" => As(VerdictKind.Refused, $"it refuses the query; a column or the table has changed. {Message(error)}"),
            _ when status == 401 => As(VerdictKind.Stopped, "the credentials are not accepted; renew the key.", everywhere: true) with { AccessTokenRefused = true },
            _ when status == 429 => As(VerdictKind.Throttled, "too many questions at once.", retryAfter ?? OnRate),
            _ when status == 403 => As(VerdictKind.Stopped, "access is refused; check the service account's roles."),
            _ when status >= 500 || (status == 0 && reason.Length == 0) => As(VerdictKind.TryAgain, "a passing fault."),
            _ => As(VerdictKind.Refused, $"it refuses the question. {Message(error)}"),
        };
    }

    // It names tables and columns of the query, which holds no values.
    private static string Message(JsonElement? error)
    {
        var message = (error.Member("message").Text() ?? "").ReplaceLineEndings(" ").Trim();
        return message.Length <= MaxMessage ? message : message[..MaxMessage];
    }
}
