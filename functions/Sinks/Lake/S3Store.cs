using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Amazon.S3;
using Amazon.S3.Model;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Lake;

/// <summary>Objects in an S3 bucket, below a prefix. Uploads are multipart uploads that are completed later.</summary>
/// <remarks>
/// Each call is tried again with growing, jittered delays while it fails in a way that can heal.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
/// </remarks>
public sealed class S3Store : IObjectStore
{
    private const string HashMetadata = "x-amz-meta-sha256";

    private readonly S3Calls calls;

    /// <param name="client">Retries nothing itself.</param>
    /// <param name="prefix">Without slashes at its ends; empty for the whole bucket.</param>
    /// <param name="kmsKeyId">SSE-KMS key of every object written; null for the bucket's default.</param>
    /// <param name="time">Delays between tries.</param>
    internal S3Store(IAmazonS3 client, string bucket, string prefix, string? kmsKeyId, TimeProvider time)
    {
        calls = new(client, bucket, prefix.Length == 0 ? "" : $"{prefix}/", kmsKeyId, S3Calls.Retries(time));
        Root = prefix.Length == 0 ? $"s3://{bucket}" : $"s3://{bucket}/{prefix}";
    }

    /// <inheritdoc/>
    public string Root { get; }

    /// <inheritdoc/>
    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken stopping)
    {
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(content.Span));
        return calls.RunAsync($"writing {key}", async token =>
        {
            using var body = Streams.Over(content);
            var request = new PutObjectRequest
            {
                BucketName = calls.Bucket, Key = calls.FullKey(key), InputStream = body, AutoCloseStream = false, IfNoneMatch = "*", UseChunkEncoding = false,
            };
            request.Metadata[HashMetadata] = sha256;
            calls.Encrypt(request);
            try
            {
                await calls.Client.PutObjectAsync(request, token);
            }
            catch (AmazonS3Exception taken) when (taken.StatusCode == HttpStatusCode.PreconditionFailed)
            {
                var head = await calls.HeadAsync(key, token);
                if (head is null) throw new TransientException($"{key} was there and vanished while it was written; run it again.", taken);
                if (head.ContentLength != content.Length || head.Metadata[HashMetadata] != sha256)
                    throw new TerminalException($"{Root}/{key} holds other content. Find out who wrote it; objects are never overwritten.", taken);
            }
            return true;
        }, stopping);
    }

    /// <inheritdoc/>
    public Task<IObjectUpload> BeginUploadAsync(string key, CancellationToken stopping) => calls.RunAsync($"beginning {key}", async token =>
    {
        var request = new InitiateMultipartUploadRequest { BucketName = calls.Bucket, Key = calls.FullKey(key) };
        calls.Encrypt(request);
        return (IObjectUpload)new S3Upload(calls, key, (await calls.Client.InitiateMultipartUploadAsync(request, token)).UploadId);
    }, stopping);

    /// <inheritdoc/>
    public Task<Completion> CompleteAsync(StagedObject staged, CancellationToken stopping) => calls.RunAsync($"completing {staged.Key}", async token =>
    {
        var request = new CompleteMultipartUploadRequest
        {
            BucketName = calls.Bucket, Key = calls.FullKey(staged.Key), UploadId = staged.UploadId,
            PartETags = [.. staged.PartTags.Select((tag, part) => new PartETag(part + 1, tag))],
        };
        try
        {
            // An error can come inside a 200 answer; then no ETag does.
            if ((await calls.Client.CompleteMultipartUploadAsync(request, token)).ETag is { Length: > 0 }) return Completion.Visible;
            throw new TransientException($"S3 answered the completion of {staged.Key} without an ETag; run it again.");
        }
        catch (AmazonS3Exception error)
        {
            // Completed by an earlier call whose answer was lost, or aborted: the object itself tells. Some stores answer a plain 500 here.
            var gone = S3Errors.IsMissing(error) || error.ErrorCode is "NoSuchUpload" or "InvalidPart"
                || (error.StatusCode == HttpStatusCode.InternalServerError && !await calls.UploadExistsAsync(staged, token));
            if (!gone) throw;
            return await S3Content.IsAsync(calls, staged, token) ? Completion.Visible : Completion.Gone;
        }
    }, stopping);

    /// <inheritdoc/>
    public Task AbortAsync(string key, string uploadId, CancellationToken stopping) => calls.AbortAsync(key, uploadId, stopping);

    /// <inheritdoc/>
    public async IAsyncEnumerable<PendingUpload> PendingUploadsAsync(string keyPrefix, [EnumeratorCancellation] CancellationToken stopping)
    {
        var request = new ListMultipartUploadsRequest { BucketName = calls.Bucket, Prefix = calls.FullPrefix(keyPrefix) };
        while (true)
        {
            var page = await calls.RunAsync($"listing uploads of {Root}", token => calls.Client.ListMultipartUploadsAsync(request, token), stopping);
            foreach (var upload in page.MultipartUploads ?? [])
                yield return new(calls.OwnKey(upload.Key), upload.UploadId, Instant(upload.Initiated));
            if (page.IsTruncated != true) yield break;
            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string keyPrefix, string? startAfter, [EnumeratorCancellation] CancellationToken stopping)
    {
        var request = new ListObjectsV2Request
        {
            BucketName = calls.Bucket, Prefix = calls.FullPrefix(keyPrefix), StartAfter = startAfter is null ? null : calls.FullPrefix(startAfter),
        };
        while (true)
        {
            var page = await calls.RunAsync($"listing {Root}", token => calls.Client.ListObjectsV2Async(request, token), stopping);
            foreach (var found in page.S3Objects ?? [])
                yield return new(calls.OwnKey(found.Key), found.Size ?? 0, Instant(found.LastModified), found.ETag ?? "");
            if (page.IsTruncated != true) yield break;
            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    /// <inheritdoc/>
    public Task<Stream> OpenReadAsync(string key, CancellationToken stopping) => calls.RunAsync<Stream>($"reading {key}", async token =>
        new S3ReadStream(await calls.Client.GetObjectAsync(calls.Bucket, calls.FullKey(key), token), key), stopping);

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken stopping) => calls.RunAsync(
        $"deleting {key}", token => calls.Client.DeleteObjectAsync(calls.Bucket, calls.FullKey(key), token), stopping);

    private static DateTimeOffset Instant(DateTime? stamp) =>
        stamp is { } known ? new(DateTime.SpecifyKind(known.ToUniversalTime(), DateTimeKind.Utc)) : DateTimeOffset.MinValue;
}
