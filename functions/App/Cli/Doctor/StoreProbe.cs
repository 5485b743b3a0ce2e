using System.Security.Cryptography;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.App.Cli.Doctor;

/// <summary>An object that is written, read, uploaded and deleted again, to prove that it can be done.</summary>
internal sealed class StoreProbe(IObjectStore store, string key)
{
    /// <summary>The right to write.</summary>
    public const string Writing = "s3:PutObject";

    private readonly byte[] content = RandomNumberGenerator.GetBytes(64);
    private string UploadKey => $"{key}-upload";

    /// <summary>What is done in order: the word for it, the right it takes on S3, and the deed.</summary>
    public IReadOnlyList<(string Step, string Right, Func<CancellationToken, Task> RunAsync)> Steps =>
    [
        ("listed", "s3:ListBucket", ListAsync),
        ("written", Writing, stopping => store.PutAsync(key, content, stopping)),
        ("read", "s3:GetObject", stopping => ReadAsync(key, stopping)),
        ("uploaded to", Writing, UploadAsync),
        ("read", "s3:GetObject", stopping => ReadAsync(UploadKey, stopping)),
        ("rid of an upload", "s3:AbortMultipartUpload", AbortAsync),
        ("searched for uploads", "s3:ListBucketMultipartUploads", PendingAsync),
        ("deleted from", "s3:DeleteObject", DeleteAsync),
    ];

    /// <summary>Removes what a step that failed left behind, as far as it can be.</summary>
    public async Task RemoveAsync(CancellationToken stopping)
    {
        try
        {
            await DeleteAsync(stopping);
        }
        catch (Exception error) when (error is TransientException or TerminalException)
        {
            return;     // the same fault that is told already
        }
    }

    private async Task ListAsync(CancellationToken stopping)
    {
        await foreach (var _ in store.ListAsync(key, null, stopping)) break;
    }

    private async Task PendingAsync(CancellationToken stopping)
    {
        await foreach (var _ in store.PendingUploadsAsync(key, stopping)) break;
    }

    private async Task ReadAsync(string from, CancellationToken stopping)
    {
        await using var stream = await store.OpenReadAsync(from, stopping);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, stopping);
        if (!read.ToArray().AsSpan().SequenceEqual(content))
            throw new TerminalException($"{store.Root}/{from} was read with another content than was written.");
    }

    private async Task UploadAsync(CancellationToken stopping)
    {
        await using var upload = await store.BeginUploadAsync(UploadKey, stopping);
        await upload.WriteAsync(content, stopping);
        if (await store.CompleteAsync(await upload.FinishAsync(stopping), stopping) != Completion.Visible)
            throw new TerminalException($"An upload to {store.Root} vanished before it was completed.");
    }

    private async Task AbortAsync(CancellationToken stopping)
    {
        await using var upload = await store.BeginUploadAsync(UploadKey, stopping);
        var staged = await upload.FinishAsync(stopping);
        await store.AbortAsync(staged.Key, staged.UploadId, stopping);
    }

    private async Task DeleteAsync(CancellationToken stopping)
    {
        await store.DeleteAsync(key, stopping);
        await store.DeleteAsync(UploadKey, stopping);
    }
}
