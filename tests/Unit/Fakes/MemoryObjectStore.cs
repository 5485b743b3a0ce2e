using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.Tests.Unit.Fakes;

/// <summary>An object store in memory that keeps the port's contract. <see cref="Fault"/> makes a call fail.</summary>
public sealed class MemoryObjectStore : IObjectStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (string Key, byte[] Content)> uploads = [];
    private int begun;

    /// <summary>Visible objects.</summary>
    public SortedDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Called with the operation's name and key before it is done; what it returns is thrown.</summary>
    public Func<string, string, Exception?>? Fault { get; set; }

    public IReadOnlyCollection<string> PendingKeys => [.. uploads.Values.Select(upload => upload.Key)];

    public string Root => "memory";

    public Task PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken stopping)
    {
        Begin("put", key, stopping);
        lock (gate) Objects[key] = content.ToArray();
        return Task.CompletedTask;
    }

    public Task<IObjectUpload> BeginUploadAsync(string key, CancellationToken stopping)
    {
        Begin("begin", key, stopping);
        lock (gate)
        {
            var id = $"upload-{++begun}";
            uploads.Add(id, (key, []));
            return Task.FromResult<IObjectUpload>(new Upload(this, id, key));
        }
    }

    public Task<Completion> CompleteAsync(StagedObject staged, CancellationToken stopping)
    {
        Begin("complete", staged.Key, stopping);
        lock (gate)
        {
            if (uploads.Remove(staged.UploadId, out var upload)) Objects[staged.Key] = upload.Content;
            var there = Objects.TryGetValue(staged.Key, out var content) && Hash(content) == staged.Sha256;
            return Task.FromResult(there ? Completion.Visible : Completion.Gone);
        }
    }

    public Task AbortAsync(string key, string uploadId, CancellationToken stopping)
    {
        Begin("abort", key, stopping);
        lock (gate) uploads.Remove(uploadId);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<PendingUpload> PendingUploadsAsync(string keyPrefix, [EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.Yield();
        foreach (var (id, upload) in uploads.ToArray())
            if (upload.Key.StartsWith(keyPrefix, StringComparison.Ordinal)) yield return new(upload.Key, id, default);
    }

    public async IAsyncEnumerable<StoredObject> ListAsync(string keyPrefix, string? startAfter, [EnumeratorCancellation] CancellationToken stopping)
    {
        await Task.Yield();
        foreach (var (key, content) in Objects.ToArray())
        {
            if (!key.StartsWith(keyPrefix, StringComparison.Ordinal)) continue;
            if (startAfter is null || string.CompareOrdinal(key, startAfter) > 0) yield return new(key, content.Length, default);
        }
    }

    public Task<Stream> OpenReadAsync(string key, CancellationToken stopping)
    {
        Begin("read", key, stopping);
        lock (gate)
        {
            return Objects.TryGetValue(key, out var content)
                ? Task.FromResult<Stream>(new MemoryStream(content, writable: false))
                : throw new TerminalException($"No object has the key '{key}'.");
        }
    }

    public Task DeleteAsync(string key, CancellationToken stopping)
    {
        Begin("delete", key, stopping);
        lock (gate) Objects.Remove(key);
        return Task.CompletedTask;
    }

    /// <summary>Loses all uploads that were not completed, as an expiry rule of a bucket does.</summary>
    public void LoseUploads() => uploads.Clear();

    private void Begin(string operation, string key, CancellationToken stopping)
    {
        stopping.ThrowIfCancellationRequested();
        if (Fault?.Invoke(operation, key) is { } error) throw error;
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private sealed class Upload(MemoryObjectStore store, string id, string key) : IObjectUpload
    {
        private readonly MemoryStream content = new();
        private bool finished;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stopping)
        {
            store.Begin("write", key, stopping);
            content.Write(bytes.Span);
            return ValueTask.CompletedTask;
        }

        public Task<StagedObject> FinishAsync(CancellationToken stopping)
        {
            store.Begin("finish", key, stopping);
            var bytes = content.ToArray();
            lock (store.gate) store.uploads[id] = (key, bytes);
            finished = true;
            return Task.FromResult(new StagedObject(key, id, [], bytes.Length, Hash(bytes)));
        }

        public ValueTask DisposeAsync()
        {
            if (finished) return ValueTask.CompletedTask;
            lock (store.gate) store.uploads.Remove(id);
            return ValueTask.CompletedTask;
        }
    }
}
