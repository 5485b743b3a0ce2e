using Amazon.Runtime;
using Amazon.S3;
using Pipeline.Sinks.Lake;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

/// <summary>Clients of the tests' S3, as the product makes its own.</summary>
internal static class S3ServerClient
{
    /// <summary>A client that may do everything.</summary>
    public static AmazonS3Client NewClient(this S3Server server) => new(
        new BasicAWSCredentials(server.AccessKey, server.SecretKey),
        S3Clients.ConfigOf(new S3Options { Endpoint = server.Endpoint, PathStyle = true }));
}
