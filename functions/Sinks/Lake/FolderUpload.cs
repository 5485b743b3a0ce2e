using System.Security.Cryptography;
using Pipeline.Domain.Ports;

namespace Pipeline.Sinks.Lake;

/// <summary>An upload to a <see cref="FolderStore"/>.</summary>
internal sealed class FolderUpload : IObjectUpload
{
    private readonly StagedFile file;
    private readonly string key;
    private readonly FileStream stream;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool finished;

    private FolderUpload(StagedFile file, string key)
    {
        this.file = file;
        this.key = key;
        stream = new(file.ObjectPath, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 64 * 1024);
    }

    /// <summary>Creates the upload's files; the key is durable before any of its bytes are.</summary>
    public static async Task<FolderUpload> BeginAsync(StagedFile file, string key, CancellationToken stopping)
    {
        Directory.CreateDirectory(file.FolderPath);
        await File.WriteAllTextAsync(file.KeyPath, key, stopping);
        return new(file, key);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        hash.AppendData(bytes.Span);
        await FolderErrors.Guard(key, async () =>
        {
            await stream.WriteAsync(bytes, stopping);
            return true;
        });
    }

    /// <inheritdoc/>
    public Task<StagedObject> FinishAsync(CancellationToken stopping) => FolderErrors.Guard(key, async () =>
    {
        await stream.FlushAsync(stopping);
        stream.Flush(flushToDisk: true);
        var bytes = stream.Length;
        await stream.DisposeAsync();
        FolderFiles.SyncFolder(file.FolderPath);
        finished = true;
        return new StagedObject(key, file.UploadId, [], bytes, Convert.ToHexStringLower(hash.GetHashAndReset()));
    });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        hash.Dispose();
        await stream.DisposeAsync();
        if (!finished) file.Delete();
    }
}
