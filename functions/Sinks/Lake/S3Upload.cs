using System.Buffers;
using System.Security.Cryptography;
using Amazon.S3.Model;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Lake;

/// <summary>A multipart upload: bytes gather in one pooled buffer and leave as parts of 8 MiB; the last may be smaller.</summary>
/// <remarks>The buffer begins small and doubles, for hundreds of uploads may be open and most objects are small.</remarks>
internal sealed class S3Upload(S3Calls calls, string key, string uploadId) : IObjectUpload
{
    private const int FirstBytes = 64 * 1024;
    private const int PartBytes = 8 * 1024 * 1024;   // S3 wants 5 MiB at least of every part but the last

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string> partTags = [];
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    private int filled;
    private long sent;
    private bool finished;

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        hash.AppendData(bytes.Span);
        while (bytes.Length > 0)
        {
            var taken = Math.Min(bytes.Length, PartBytes - filled);
            Grow(filled + taken);
            bytes.Span[..taken].CopyTo(buffer.AsSpan(filled));
            filled += taken;
            bytes = bytes[taken..];
            if (filled == PartBytes) await SendAsync(stopping);
        }
    }

    /// <inheritdoc/>
    public async Task<StagedObject> FinishAsync(CancellationToken stopping)
    {
        if (filled > 0 || partTags.Count == 0) await SendAsync(stopping);
        finished = true;
        return new(key, uploadId, partTags, sent, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        hash.Dispose();
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
        if (finished) return;
        try
        {
            await calls.AbortAsync(key, uploadId, CancellationToken.None);
        }
        catch (TransientException)
        {
            return;   // S3 is away, which the caller knows by its own error; the sweep aborts the upload later
        }
    }

    private async Task SendAsync(CancellationToken stopping)
    {
        var part = partTags.Count + 1;
        var response = await calls.RunAsync($"sending part {part} of {key}", async token =>
        {
            using var body = new MemoryStream(buffer, 0, filled, writable: false);
            return await calls.Client.UploadPartAsync(new UploadPartRequest
            {
                BucketName = calls.Bucket, Key = calls.FullKey(key), UploadId = uploadId, PartNumber = part, PartSize = filled,
                InputStream = body, UseChunkEncoding = false,
            }, token);
        }, stopping);
        partTags.Add(response.ETag.Trim('"'));
        sent += filled;
        filled = 0;
    }

    private void Grow(int bytes)
    {
        if (bytes <= buffer.Length) return;
        var grown = ArrayPool<byte>.Shared.Rent(Math.Min(PartBytes, Math.Max(bytes, buffer.Length * 2)));
        buffer.AsSpan(0, filled).CopyTo(grown);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = grown;
    }
}
