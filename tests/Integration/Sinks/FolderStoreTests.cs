using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Lake;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class FolderStoreTests : ObjectStoreContract, IDisposable
{
    private readonly string root = Path.Combine(Path.GetTempPath(), $"pipeline-lake-{Guid.NewGuid():N}");

    public void Dispose()
    {
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
    }

    protected override Task<IObjectStore> OpenAsync() => Task.FromResult(ObjectStores.Open(root, new(), TimeProvider.System));

    [Fact]
    public async Task A_staged_file_that_lost_bytes_is_gone()
    {
        var store = await OpenAsync();
        var staged = await StageAsync(store, "a/1", "rows");
        await File.WriteAllTextAsync(Path.Combine(root, ".staging", staged.UploadId + ".object"), "ro", Stopping);
        Assert.Equal(Completion.Gone, await store.CompleteAsync(staged, Stopping));
    }

    [Fact]
    public async Task A_crash_between_link_and_clean_up_is_finished_by_the_next_call()
    {
        var store = await OpenAsync();
        var staged = await StageAsync(store, "a/1", "rows");
        Directory.CreateDirectory(Path.Combine(root, "a"));
        File.Copy(Path.Combine(root, ".staging", staged.UploadId + ".object"), Path.Combine(root, "a", "1"));
        Assert.Equal(Completion.Visible, await store.CompleteAsync(staged, Stopping));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(root, ".staging")));
    }

    [Fact]
    public async Task Folders_that_begin_with_a_dot_are_passed_by()
    {
        var store = await OpenAsync();
        await store.PutAsync("drop/a.csv", new byte[1], Stopping);
        Directory.CreateDirectory(Path.Combine(root, "drop", ".ssh", "keys"));
        await File.WriteAllTextAsync(Path.Combine(root, "drop", ".ssh", "keys", "id"), "another's", Stopping);
        await File.WriteAllTextAsync(Path.Combine(root, "drop", ".note"), "a file", Stopping);
        Assert.Equal(["drop/.note", "drop/a.csv"], await store.ListAsync("drop/", null, Stopping).Select(found => found.Key).ToListAsync(Stopping));
    }

    [Fact]
    public async Task A_link_is_not_followed_wherever_it_leads()
    {
        var store = await OpenAsync();
        await store.PutAsync("drop/a.csv", new byte[1], Stopping);
        var secret = Path.Combine(root, "secret");
        Directory.CreateDirectory(secret);
        await File.WriteAllTextAsync(Path.Combine(secret, "key"), "s3cret", Stopping);
        File.CreateSymbolicLink(Path.Combine(root, "drop", "b.csv"), Path.Combine(secret, "key"));
        Directory.CreateSymbolicLink(Path.Combine(root, "drop", "folder"), secret);

        Assert.Equal(["drop/a.csv", "drop/b.csv"], await store.ListAsync("drop/", null, Stopping).Select(found => found.Key).ToListAsync(Stopping));
        var refused = await Assert.ThrowsAsync<TerminalException>(() => store.OpenReadAsync("drop/b.csv", Stopping));
        Assert.Contains("b.csv is a link, which is not followed.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_that_cannot_be_written_is_for_a_person()
    {
        await File.WriteAllTextAsync(root, "a file, not a folder", Stopping);
        try
        {
            var store = await OpenAsync();
            await Assert.ThrowsAsync<TerminalException>(() => store.PutAsync("a/1", new byte[1], Stopping));
        }
        finally
        {
            File.Delete(root);
        }
    }

    [Fact]
    public async Task A_full_disk_is_for_a_person()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "/dev/full is missing on this system");
        var staged = StagedFile.Begin(root);
        Directory.CreateDirectory(staged.FolderPath);
        await Assert.ThrowsAsync<TerminalException>(() => FolderErrors.Guard("a/1", async () =>
        {
            await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            await full.WriteAsync(new byte[1], Stopping);
            return true;
        }));
    }
}
