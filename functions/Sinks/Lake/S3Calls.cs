using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Polly;
using Polly.Retry;

namespace Pipeline.Sinks.Lake;

/// <summary>One bucket and prefix, and how calls to it are made and tried again.</summary>
/// <param name="Prefix">Empty, or ends in a slash.</param>
internal sealed record S3Calls(IAmazonS3 Client, string Bucket, string Prefix, string? KmsKeyId, ResiliencePipeline Retrying)
{
    /// <summary>Six tries over about ten seconds: longer outages are for the caller's own, durable retry.</summary>
    public static ResiliencePipeline Retries(TimeProvider time) => new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<TransientException>(),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(200),
            MaxDelay = TimeSpan.FromSeconds(5),
            MaxRetryAttempts = 5,
        })
        .Build();

    /// <summary>The bucket's key of one of our keys.</summary>
    public string FullKey(string key) => Prefix + ObjectKeys.Require(key);

    /// <summary>The bucket's form of a prefix or marker.</summary>
    public string FullPrefix(string keyPrefix) => Prefix + keyPrefix;

    /// <summary>Our key of one of the bucket's.</summary>
    public string OwnKey(string fullKey) => fullKey[Prefix.Length..];

    /// <summary>Runs a call, again and again while it fails in a way that can heal.</summary>
    public Task<T> RunAsync<T>(string what, Func<CancellationToken, Task<T>> call, CancellationToken stopping) => Retrying.ExecuteAsync(
        async token => await S3Errors.Guard(what, () => call(token), token), stopping).AsTask();

    /// <summary>An object's size and metadata; null when it is not there. One try: callers run it within theirs.</summary>
    public async Task<GetObjectMetadataResponse?> HeadAsync(string key, CancellationToken stopping)
    {
        try
        {
            return await Client.GetObjectMetadataAsync(Bucket, FullKey(key), stopping);
        }
        catch (AmazonS3Exception missing) when (missing.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Whether an upload is neither completed nor aborted. One try: callers run it within theirs.</summary>
    public async Task<bool> UploadExistsAsync(StagedObject staged, CancellationToken stopping)
    {
        var request = new ListMultipartUploadsRequest { BucketName = Bucket, Prefix = FullKey(staged.Key) };
        var page = await Client.ListMultipartUploadsAsync(request, stopping);
        // No key has more uploads than a page holds; were it so, it would be for a later try to tell.
        return page.IsTruncated == true || (page.MultipartUploads ?? []).Any(upload => upload.UploadId == staged.UploadId);
    }

    /// <summary>Drops an upload and the parts it has.</summary>
    public Task<bool> AbortAsync(string key, string uploadId, CancellationToken stopping) => RunAsync($"aborting {key}", async token =>
    {
        try
        {
            await Client.AbortMultipartUploadAsync(Bucket, FullKey(key), uploadId, token);
            return true;
        }
        catch (AmazonS3Exception missing) when (S3Errors.IsMissing(missing))
        {
            return false;
        }
    }, stopping);

    /// <summary>Asks for SSE-KMS where a key is set.</summary>
    public void Encrypt(PutObjectRequest request)
    {
        if (KmsKeyId is null) return;
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (ServerSideEncryptionMethod.AWSKMS, KmsKeyId);
    }

    /// <inheritdoc cref="Encrypt(PutObjectRequest)"/>
    public void Encrypt(InitiateMultipartUploadRequest request)
    {
        if (KmsKeyId is null) return;
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (ServerSideEncryptionMethod.AWSKMS, KmsKeyId);
    }
}
