using System.Security.Cryptography;
using Amazon.S3.Model;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Lake;

/// <summary>Tells whether a visible object is the one that an upload would have made.</summary>
internal static class S3Content
{
    /// <summary>Compares size, then the ETag that the parts give, then (where the store makes ETags otherwise) the SHA-256.</summary>
    public static async Task<bool> IsAsync(S3Calls calls, StagedObject staged, CancellationToken stopping)
    {
        if (await calls.HeadAsync(staged.Key, stopping) is not { } head || head.ContentLength != staged.Bytes) return false;
        if (head.ETag?.Trim('"') == EtagOf(staged.PartTags)) return true;
        using var found = await calls.Client.GetObjectAsync(
            new GetObjectRequest { BucketName = calls.Bucket, Key = calls.FullKey(staged.Key), EtagToMatch = head.ETag }, stopping);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(found.ResponseStream, stopping)) == staged.Sha256;
    }

    /// <summary>A multipart object's ETag: MD5 over the parts' MD5s, a dash and the number of parts; null when a part's tag is no MD5.</summary>
    /// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html</remarks>
    internal static string? EtagOf(IReadOnlyList<string> partTags)
    {
        var sums = new byte[partTags.Count * MD5.HashSizeInBytes];
        for (var part = 0; part < partTags.Count; part++)
        {
            var tag = partTags[part].Trim('"');
            if (tag.Length != 2 * MD5.HashSizeInBytes || !tag.All(char.IsAsciiHexDigit)) return null;
            Convert.FromHexString(tag, sums.AsSpan(part * MD5.HashSizeInBytes, MD5.HashSizeInBytes), out _, out _);
        }
        return $"{Convert.ToHexStringLower(MD5.HashData(sums))}-{partTags.Count}";
    }
}
