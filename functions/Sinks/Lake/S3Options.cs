using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Pipeline.Domain.Failures;

namespace Pipeline.Sinks.Lake;

/// <summary>How S3 is reached. Credentials come from the SDK's chain: environment, mounted token or the cloud's identity.</summary>
public sealed record S3Options
{
    /// <summary>Address of an S3-compatible store; null for AWS itself. Plain http is allowed on loopback only.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>AWS region; null for the SDK's own chain (AWS_REGION and so on). S3-compatible stores sign with it too.</summary>
    public string? Region { get; init; }

    /// <summary>The bucket goes into the path instead of the host name: what most S3-compatible stores need.</summary>
    public bool PathStyle { get; init; }

    /// <summary>Key id or ARN for SSE-KMS on every object written; null for the bucket's own default.</summary>
    public string? KmsKeyId { get; init; }
}

/// <summary>Clients as this product uses them: retries are ours, checksums only where S3 wants them.</summary>
internal static class S3Clients
{
    /// <summary>A client with credentials from the SDK's chain.</summary>
    /// <exception cref="TerminalException">Plain http to another machine, or no region anywhere.</exception>
    public static IAmazonS3 Open(S3Options options)
    {
        try
        {
            return new AmazonS3Client(ConfigOf(options));
        }
        catch (AmazonClientException error)
        {
            throw new TerminalException(
                $"No client of S3 can be made: {error.Message}. Set S3:Region to the bucket's region, or AWS_REGION.", error);
        }
    }

    /// <summary>The settings of a client.</summary>
    /// <exception cref="TerminalException">Plain http to another machine.</exception>
    internal static AmazonS3Config ConfigOf(S3Options options)
    {
        var config = new AmazonS3Config
        {
            MaxErrorRetry = 0,
            ForcePathStyle = options.PathStyle,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Region is { } region && options.Endpoint is null) config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(region);
        if (options.Endpoint is not { } endpoint) return config;
        if (endpoint.Scheme != Uri.UriSchemeHttps && !IsLoopback(endpoint))
            throw new TerminalException($"The S3 endpoint {endpoint} is not encrypted. Use https; plain http is for loopback only.");
        config.ServiceURL = endpoint.AbsoluteUri;
        config.AuthenticationRegion = options.Region ?? "us-east-1";
        return config;
    }

    private static bool IsLoopback(Uri endpoint) =>
        endpoint.IsLoopback || (IPAddress.TryParse(endpoint.Host, out var address) && IPAddress.IsLoopback(address));
}
