namespace Pipeline.Domain.Ports;

/// <summary>A place for objects under string keys: a local folder or an S3 bucket. Two ways to write: whole, or in two phases.</summary>
/// <remarks>
/// Keys are relative, use <c>/</c>, and are never overwritten with other content. Every method throws
/// <see cref="Failures.TransientException"/> for what a later try can heal (503, timeout, connection) and
/// <see cref="Failures.TerminalException"/> for what a person must heal (no such bucket, access denied, disk full).
/// </remarks>
public interface IObjectStore
{
    /// <summary>The root as a person would name it: a folder path or <c>s3://bucket/prefix</c>.</summary>
    string Root { get; }

    /// <summary>Writes a whole object, visible when this returns. The same key and bytes again is allowed and harmless.</summary>
    Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken stopping);

    /// <summary>Begins an upload that nobody can see until <see cref="CompleteAsync"/>.</summary>
    Task<IObjectUpload> BeginUploadAsync(string key, CancellationToken stopping);

    /// <summary>Makes a finished upload visible under its key. Idempotent, callable by anyone who knows the upload.</summary>
    /// <returns><see cref="Completion.Gone"/> when neither the upload nor an object of that content exists: it must be rebuilt.</returns>
    Task<Completion> CompleteAsync(StagedObject staged, CancellationToken stopping);

    /// <summary>Drops an upload; nothing happens when it is not there.</summary>
    Task AbortAsync(string key, string uploadId, CancellationToken stopping);

    /// <summary>Uploads begun and neither completed nor aborted, whose keys start with the prefix.</summary>
    IAsyncEnumerable<PendingUpload> PendingUploadsAsync(string keyPrefix, CancellationToken stopping);

    /// <summary>Visible objects whose keys start with the prefix, in ordinal key order, after <paramref name="startAfter"/>.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string keyPrefix, string? startAfter, CancellationToken stopping);

    /// <summary>Reads an object from its start.</summary>
    /// <exception cref="Failures.TerminalException">No object has this key.</exception>
    Task<Stream> OpenReadAsync(string key, CancellationToken stopping);

    /// <summary>Deletes an object; nothing happens when it is not there.</summary>
    Task DeleteAsync(string key, CancellationToken stopping);
}

/// <summary>An upload in progress. Disposing it before <see cref="FinishAsync"/> aborts it.</summary>
public interface IObjectUpload : IAsyncDisposable
{
    /// <summary>Adds bytes at the end. The memory may be reused when this returns.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stopping);

    /// <summary>Sends what is left. The object is durable and still invisible.</summary>
    Task<StagedObject> FinishAsync(CancellationToken stopping);
}

/// <summary>A finished upload, invisible until completed. The ledger keeps it, so that any process can complete it.</summary>
/// <param name="Key">The key it will appear under.</param>
/// <param name="UploadId">S3's multipart upload id, or the staging file's name.</param>
/// <param name="PartTags">S3's part ETags in part order; empty for a folder.</param>
/// <param name="Bytes">Size of the object.</param>
/// <param name="Sha256">Lower-case hex of the object's SHA-256.</param>
public sealed record StagedObject(string Key, string UploadId, IReadOnlyList<string> PartTags, long Bytes, string Sha256);

/// <summary>How <see cref="IObjectStore.CompleteAsync"/> ended.</summary>
public enum Completion
{
    /// <summary>The object is visible now (by this call or an earlier one).</summary>
    Visible,

    /// <summary>The upload does not exist any more and no such object does: rebuild it from its segments.</summary>
    Gone,
}

/// <summary>An upload nobody completed or aborted.</summary>
public readonly record struct PendingUpload(string Key, string UploadId, DateTimeOffset BegunAt);

/// <summary>A visible object.</summary>
/// <param name="ETag">What tells its content from another one's under the same key: S3's ETag, a file's size and time; empty where a store
/// does not say.</param>
public readonly record struct StoredObject(string Key, long Bytes, DateTimeOffset ModifiedAt, string ETag = "");
