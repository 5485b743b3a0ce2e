using System.Net;
using Amazon.Runtime;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Lake;

/// <summary>Says what an error of S3 or of the way to it means.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html</remarks>
internal static class S3Errors
{
    // Answered with 4xx, and healed by sending the same again: cut off or garbled on the way, or two writers at one moment.
    private static readonly string[] TransientCodes =
        ["SlowDown", "RequestTimeout", "OperationAborted", "ConditionalRequestConflict", "BadDigest", "IncompleteBody", "ExpiredToken",
         "RequestTimeTooSkewed", "XAmzContentSHA256Mismatch", "Throttling", "TooManyRequests",
         "BadRequest"];   // the SDK's word for a 400 without a code of S3's: a front end could not read the request

    /// <summary>Runs one call to S3.</summary>
    /// <param name="what">What it does, as a noun: "the upload of user_actions/…".</param>
    public static async Task<T> Guard<T>(string what, Func<Task<T>> call, CancellationToken stopping)
    {
        try
        {
            return await call();
        }
        catch (Exception error) when (error is not (TransientException or TerminalException) && !stopping.IsCancellationRequested && Known(error))
        {
            throw Classify(error, what);
        }
    }

    /// <summary>The upload or object asked for is not there.</summary>
    public static bool IsMissing(AmazonServiceException error) =>
        error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode is not "NoSuchBucket";

    /// <summary>Turns an error into one of ours.</summary>
    public static Exception Classify(Exception error, string what) => error switch
    {
        AmazonServiceException answer when IsTransient(answer) =>
            new TransientException($"S3 interrupted {what} ({(int)answer.StatusCode} {answer.ErrorCode}); run it again.", answer),
        AmazonServiceException answer => new TerminalException(
            $"S3 refused {what} ({(int)answer.StatusCode} {answer.ErrorCode}): {answer.Message} Check bucket, key and permissions.", answer),
        AmazonClientException { InnerException: null } client => new TerminalException(
            $"The S3 client could not begin {what}: {client.Message} Check credentials and region.", client),
        _ => new TransientException($"The connection to S3 failed during {what}: {error.Message} Run it again.", error),
    };

    private static bool IsTransient(AmazonServiceException answer) =>
        (int)answer.StatusCode is 0 or 200 or 408 or 409 or 429 or >= 500 || TransientCodes.Contains(answer.ErrorCode);

    private static bool Known(Exception error) =>
        error is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException
            or OperationCanceledException or System.Xml.XmlException;
}
