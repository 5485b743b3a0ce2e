using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Lake;

/// <summary>Reads how long a bucket keeps uploads that nobody completes.</summary>
public static class S3Lifecycle
{
    /// <summary>Days after which the bucket drops an upload below a root that nobody completed; null where no rule says so.</summary>
    /// <param name="root"><c>s3://bucket/prefix</c>.</param>
    /// <exception cref="TerminalException">The bucket does not tell: no permission, or a store without lifecycles.</exception>
    /// <exception cref="TransientException">The store is away.</exception>
    /// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html</remarks>
    public static async Task<int?> AbortDaysAsync(string root, S3Options options, CancellationToken stopping)
    {
        var path = new Uri(root);
        using var client = S3Clients.Open(options);
        var rules = await S3Errors.Guard($"reading the lifecycle of {path.Host}", async () =>
        {
            try
            {
                var answer = await client.GetLifecycleConfigurationAsync(new GetLifecycleConfigurationRequest { BucketName = path.Host },
                    stopping);
                return answer.Configuration?.Rules ?? [];
            }
            catch (AmazonS3Exception none) when (none.StatusCode == HttpStatusCode.NotFound && none.ErrorCode != "NoSuchBucket")
            {
                return [];
            }
        }, stopping);
        var prefix = path.AbsolutePath.TrimStart('/');
        return rules.Where(rule => rule.Status == LifecycleRuleStatus.Enabled && Covers(rule, prefix))
            .Select(rule => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation).Where(days => days > 0).Min();
    }

    // A rule by tags does not count: an upload has none yet.
    private static bool Covers(LifecycleRule rule, string prefix) => rule.Filter?.LifecycleFilterPredicate switch
    {
        null => true,
        LifecyclePrefixPredicate of => $"{prefix}/".StartsWith(of.Prefix ?? "", StringComparison.Ordinal),
        _ => false,
    };
}
