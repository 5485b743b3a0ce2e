using Amazon.Runtime;
using Amazon.Runtime.Credentials;
using Pipeline.Domain.Failures;

namespace Pipeline.Sources.Sqs;

/// <summary>Credentials from the SDK's chain: environment, mounted token or the cloud's identity.</summary>
public static class AwsCredentials
{
    /// <summary>Looks for them when they are first needed; the SDK renews them.</summary>
    /// <exception cref="TerminalException">Thrown by the call: the chain has none.</exception>
    public static Func<Task<ImmutableCredentials>> FromChain()
    {
        var found = new Lazy<AWSCredentials>(() => new DefaultAWSCredentialsIdentityResolver().ResolveIdentity(null));
        return async () =>
        {
            try
            {
                return await found.Value.GetCredentialsAsync();
            }
            catch (AmazonClientException error)
            {
                throw new TerminalException(
                    "There are no AWS credentials for SQS in the environment, a mounted token or the cloud's identity.", error);
            }
        };
    }
}
