using Amazon.Runtime;
using Amazon.S3;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Lake;
using Pipeline.Tests.Servers;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class S3StoreTests(S3Server server) : ObjectStoreContract, IClassFixture<S3Server>
{
    private readonly AmazonS3Client client = server.NewClient();

    protected override async Task<IObjectStore> OpenAsync()
    {
        var bucket = $"b{Guid.NewGuid():N}";
        // A gateway on a busy machine has answered 400 without a code.
        await new S3Calls(client, bucket, "", null, S3Calls.Retries(TimeProvider.System)).RunAsync(
            "making the bucket", token => client.PutBucketAsync(bucket, token), Stopping);
        return new S3Store(client, bucket, "team/lake", kmsKeyId: null, TimeProvider.System);
    }

    [Fact]
    public async Task Listings_go_on_over_pages()
    {
        var store = await OpenAsync();
        await Parallel.ForAsync(0, 1005, Stopping, async (i, stopping) => await store.PutAsync($"p/{i:D4}", new byte[1], stopping));
        await Parallel.ForAsync(0, 1005, Stopping, async (i, stopping) => await store.BeginUploadAsync($"u/{i:D4}", stopping));
        Assert.Equal(Enumerable.Range(0, 1005).Select(i => $"p/{i:D4}:1"), await ListAsync(store, "p/"));
        Assert.Equal(1005, (await PendingAsync(store, "u/")).Distinct().Count());
    }

    [Fact]
    public async Task A_bucket_that_does_not_exist_is_for_a_person()
    {
        var store = new S3Store(client, "nowhere", "", null, TimeProvider.System);
        await Assert.ThrowsAsync<TerminalException>(() => store.PutAsync("a/1", new byte[1], Stopping));
        await Assert.ThrowsAsync<TerminalException>(() => store.BeginUploadAsync("a/1", Stopping));
        await Assert.ThrowsAsync<TerminalException>(() => store.CompleteAsync(new("a/1", "id", ["00"], 1, ""), Stopping));
    }

    [Fact]
    public async Task Wrong_credentials_are_for_a_person()
    {
        using var stranger = new AmazonS3Client(new BasicAWSCredentials("testkey", "wrong"), S3Clients.ConfigOf(new S3Options { Endpoint = server.Endpoint, PathStyle = true }));
        await Assert.ThrowsAsync<TerminalException>(() => new S3Store(stranger, "nowhere", "", null, TimeProvider.System).PutAsync("a/1", new byte[1], Stopping));
    }

    [Fact]
    public async Task Other_content_under_the_key_is_not_taken_for_the_upload()
    {
        var store = await OpenAsync();
        var lost = await StageAsync(store, "a/1", "rows");
        await store.AbortAsync("a/1", lost.UploadId, Stopping);
        await store.PutAsync("a/1", "sowr"u8.ToArray(), Stopping);
        Assert.Equal(Completion.Gone, await store.CompleteAsync(lost, Stopping));
        await store.DeleteAsync("a/1", Stopping);
        await store.PutAsync("a/1", "rows"u8.ToArray(), Stopping);   // another ETag, the same bytes
        Assert.Equal(Completion.Visible, await store.CompleteAsync(lost, Stopping));
    }
}
