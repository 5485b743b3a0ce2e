using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Lake;

/// <summary>Objects as files below a local folder. Uploads wait in <c>.staging</c>: the bytes and the key they will have.</summary>
/// <remarks>
/// A file appears under its key by a hard link of the finished bytes, so it is whole, synced, and never replaces another file.
/// </remarks>
public sealed class FolderStore(string root) : IObjectStore
{
    private readonly string root = Path.GetFullPath(root);

    /// <inheritdoc/>
    public string Root => root;

    /// <inheritdoc/>
    public async Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken stopping)
    {
        await using var upload = await BeginUploadAsync(key, stopping);
        await upload.WriteAsync(content, stopping);
        await CompleteAsync(await upload.FinishAsync(stopping), stopping);
    }

    /// <inheritdoc/>
    public Task<IObjectUpload> BeginUploadAsync(string key, CancellationToken stopping) =>
        FolderErrors.Guard(key, async () => (IObjectUpload)await FolderUpload.BeginAsync(StagedFile.Begin(root), ObjectKeys.Require(key), stopping));

    /// <inheritdoc/>
    public Task<Completion> CompleteAsync(StagedObject staged, CancellationToken stopping) => FolderErrors.Guard(staged.Key, async () =>
    {
        var file = StagedFile.Of(root, staged.UploadId);
        var target = PathOf(staged.Key);
        var linked = file.HasBytes(staged.Bytes) && FolderFiles.Link(file.ObjectPath, target);
        if (!linked && !File.Exists(target)) return Completion.Gone;
        if (!linked && !await SameAsync(target, staged, stopping))
            throw new TerminalException($"{target} holds other content than the upload {staged.UploadId}. Find out who wrote it; objects are never overwritten.");
        file.Delete();
        return Completion.Visible;
    });

    /// <inheritdoc/>
    public Task AbortAsync(string key, string uploadId, CancellationToken stopping) => FolderErrors.Guard(key, () =>
    {
        StagedFile.Of(root, uploadId).Delete();
        return Task.FromResult(true);
    });

    /// <inheritdoc/>
    public async IAsyncEnumerable<PendingUpload> PendingUploadsAsync(string keyPrefix, [EnumeratorCancellation] CancellationToken stopping)
    {
        foreach (var file in StagedFile.All(root))
        {
            stopping.ThrowIfCancellationRequested();
            if (await file.KeyAsync(stopping) is { } key && key.StartsWith(keyPrefix, StringComparison.Ordinal))
                yield return new(key, file.UploadId, file.BegunAt);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string keyPrefix, string? startAfter, [EnumeratorCancellation] CancellationToken stopping)
    {
        // Only the folder that the prefix names is walked, so a listing costs what it returns.
        var folder = Path.Combine(root, keyPrefix[..(keyPrefix.LastIndexOf('/') + 1)]);
        if (!Directory.Exists(folder)) yield break;
        var found = await FolderErrors.Guard(keyPrefix, () => Task.FromResult(FolderFiles.Below(folder)
            .Select(file => (Key: Path.GetRelativePath(root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), File: file))
            .Where(item => item.Key.StartsWith(keyPrefix, StringComparison.Ordinal)
                && (startAfter is null || string.CompareOrdinal(item.Key, startAfter) > 0))
            .OrderBy(item => item.Key, StringComparer.Ordinal).ToList()));
        foreach (var (key, file) in found)
        {
            stopping.ThrowIfCancellationRequested();
            if (file.Exists) yield return new(key, file.Length, file.LastWriteTimeUtc, $"{file.Length:x}-{file.LastWriteTimeUtc.Ticks:x}");
        }
    }

    /// <inheritdoc/>
    /// <remarks>Whoever may write into a drop folder could name any file of this machine by a link.</remarks>
    public Task<Stream> OpenReadAsync(string key, CancellationToken stopping) => FolderErrors.Guard(key, () =>
    {
        var path = PathOf(key);
        if (new FileInfo(path).LinkTarget is not null)
            throw new TerminalException($"{path} is a link, which is not followed. Put the file itself there.");
        return Task.FromResult<Stream>(new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan));
    });

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken stopping) => FolderErrors.Guard(key, () =>
    {
        if (File.Exists(PathOf(key))) File.Delete(PathOf(key));
        return Task.FromResult(true);
    });

    private string PathOf(string key) => Path.Combine(root, ObjectKeys.Require(key));

    private static async Task<bool> SameAsync(string path, StagedObject staged, CancellationToken stopping)
    {
        await using var stream = File.OpenRead(path);
        return stream.Length == staged.Bytes && Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, stopping)) == staged.Sha256;
    }
}
