using System.Security.Cryptography;
using System.Text;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;

namespace Pipeline.Tests.Integration.Sinks;

/// <summary>What every object store must do; one subclass for each store.</summary>
public abstract class ObjectStoreContract
{
    private const string Key = "orders/day=2026-11-20/1-0.parquet";

    protected static CancellationToken Stopping => TestContext.Current.CancellationToken;

    /// <summary>An empty store.</summary>
    protected abstract Task<IObjectStore> OpenAsync();

    [Fact]
    public async Task An_object_put_can_be_read_listed_and_deleted()
    {
        var store = await OpenAsync();
        await store.PutAsync("a/1", "one"u8.ToArray(), Stopping);
        await store.PutAsync("a/1", "one"u8.ToArray(), Stopping);
        Assert.Equal("one", await ReadAsync(store, "a/1"));
        Assert.Equal(["a/1:3"], await ListAsync(store, ""));
        await store.DeleteAsync("a/1", Stopping);
        await store.DeleteAsync("a/1", Stopping);
        Assert.Empty(await ListAsync(store, ""));
        await Assert.ThrowsAsync<TerminalException>(() => store.OpenReadAsync("a/1", Stopping));
    }

    [Fact]
    public async Task A_key_never_takes_other_content()
    {
        var store = await OpenAsync();
        await store.PutAsync("a/1", "one"u8.ToArray(), Stopping);
        await Assert.ThrowsAsync<TerminalException>(() => store.PutAsync("a/1", "two"u8.ToArray(), Stopping));
        Assert.Equal("one", await ReadAsync(store, "a/1"));
    }

    [Fact]
    public async Task An_upload_is_invisible_until_completed_and_completing_is_idempotent()
    {
        var store = await OpenAsync();
        var staged = await StageAsync(store, Key, "rows");
        Assert.Equal((Key, 4L, Convert.ToHexStringLower(SHA256.HashData("rows"u8))), (staged.Key, staged.Bytes, staged.Sha256));
        Assert.Empty(await ListAsync(store, ""));
        Assert.Equal([(Key, staged.UploadId)], await PendingAsync(store, "orders/"));
        Assert.Empty(await PendingAsync(store, "clicks/"));

        for (var i = 0; i < 3; i++) Assert.Equal(Completion.Visible, await store.CompleteAsync(staged, Stopping));
        Assert.Equal("rows", await ReadAsync(store, Key));
        Assert.Empty(await PendingAsync(store, ""));
    }

    [Fact]
    public async Task Many_completing_at_once_all_see_it_visible()
    {
        var store = await OpenAsync();
        var staged = await StageAsync(store, Key, "rows");
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => store.CompleteAsync(staged, Stopping))), ending => Assert.Equal(Completion.Visible, ending));
        Assert.Equal([$"{Key}:4"], await ListAsync(store, ""));
    }

    [Fact]
    public async Task An_aborted_upload_is_gone_unless_its_content_is_visible()
    {
        var store = await OpenAsync();
        var lost = await StageAsync(store, Key, "rows");
        await store.AbortAsync(Key, lost.UploadId, Stopping);
        await store.AbortAsync(Key, lost.UploadId, Stopping);
        Assert.Equal(Completion.Gone, await store.CompleteAsync(lost, Stopping));

        var rebuilt = await StageAsync(store, Key, "rows");
        Assert.Equal(Completion.Visible, await store.CompleteAsync(rebuilt, Stopping));
        Assert.Equal(Completion.Visible, await store.CompleteAsync(lost, Stopping));
    }

    [Fact]
    public async Task Disposing_before_the_end_aborts()
    {
        var store = await OpenAsync();
        await using (var upload = await store.BeginUploadAsync(Key, Stopping)) await upload.WriteAsync(new byte[10], Stopping);
        Assert.Empty(await PendingAsync(store, ""));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100_000)]
    [InlineData(8 * 1024 * 1024)]
    [InlineData(20_000_001)]
    public async Task Objects_of_every_size_keep_their_bytes(int bytes)
    {
        var store = await OpenAsync();
        var content = new byte[bytes];
        new Random(bytes).NextBytes(content);
        await using var upload = await store.BeginUploadAsync(Key, Stopping);
        for (var at = 0; at < bytes; at += 777_777) await upload.WriteAsync(content.AsMemory(at, Math.Min(777_777, bytes - at)), Stopping);
        var staged = await upload.FinishAsync(Stopping);
        Assert.Equal((bytes, Convert.ToHexStringLower(SHA256.HashData(content))), (staged.Bytes, staged.Sha256));
        Assert.Equal(Completion.Visible, await store.CompleteAsync(staged, Stopping));
        Assert.Equal(Completion.Visible, await store.CompleteAsync(staged, Stopping));

        await using var read = await store.OpenReadAsync(Key, Stopping);
        Assert.Equal(SHA256.HashData(content), await SHA256.HashDataAsync(read, Stopping));
    }

    [Fact]
    public async Task Listings_are_in_ordinal_order_by_prefix_and_begin_after_a_key()
    {
        var store = await OpenAsync();
        foreach (var key in (string[])["d/b", "d/a/1", "d/a!", "d/B", "d/é", "e/1", "d2"]) await store.PutAsync(key, new byte[1], Stopping);
        Assert.Equal(["d/B:1", "d/a!:1", "d/a/1:1", "d/b:1", "d/é:1"], await ListAsync(store, "d/"));
        Assert.Equal(["d/a!:1", "d/a/1:1"], await ListAsync(store, "d/a"));
        Assert.Equal(["d/a/1:1", "d/b:1", "d/é:1"], await ListAsync(store, "d/", "d/a!"));
        Assert.Equal(["d/b:1", "d/é:1"], await ListAsync(store, "d/", "d/a/9"));
        Assert.Empty(await ListAsync(store, "nothing/"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a/")]
    [InlineData("a\\..\\b")]
    public async Task Keys_that_leave_the_root_are_refused(string key)
    {
        var store = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(key, new byte[1], Stopping));
        await Assert.ThrowsAsync<ArgumentException>(() => store.OpenReadAsync(key, Stopping));
    }

    protected static async Task<StagedObject> StageAsync(IObjectStore store, string key, string content)
    {
        await using var upload = await store.BeginUploadAsync(key, Stopping);
        await upload.WriteAsync(Encoding.UTF8.GetBytes(content), Stopping);
        return await upload.FinishAsync(Stopping);
    }

    protected static async Task<string> ReadAsync(IObjectStore store, string key)
    {
        using var reader = new StreamReader(await store.OpenReadAsync(key, Stopping));
        return await reader.ReadToEndAsync(Stopping);
    }

    protected static async Task<List<string>> ListAsync(IObjectStore store, string prefix, string? startAfter = null) =>
        await store.ListAsync(prefix, startAfter, Stopping).Select(found => $"{found.Key}:{found.Bytes}").ToListAsync(Stopping);

    protected static async Task<List<(string, string)>> PendingAsync(IObjectStore store, string prefix) =>
        await store.PendingUploadsAsync(prefix, Stopping).Select(upload => (upload.Key, upload.UploadId)).ToListAsync(Stopping);
}
