using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Lake;

/// <summary>Opens the store that a root names.</summary>
public static class ObjectStores
{
    private const string Scheme = "s3://";

    /// <summary>A folder path opens a <see cref="FolderStore"/>, <c>s3://bucket/prefix</c> an <see cref="S3Store"/>.</summary>
    /// <exception cref="TerminalException">The root names no bucket, or the endpoint is not allowed.</exception>
    public static IObjectStore Open(string root, S3Options options, TimeProvider time)
    {
        if (!root.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return new FolderStore(root);
        var path = root[Scheme.Length..].Split('/', 2);
        if (path[0].Length == 0) throw new TerminalException($"'{root}' names no bucket. Write s3://bucket or s3://bucket/prefix.");
        return new S3Store(S3Clients.Open(options), path[0], path.Length > 1 ? path[1].Trim('/') : "", options.KmsKeyId, time);
    }
}
