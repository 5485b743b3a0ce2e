using Amazon.Runtime;
using Amazon.S3;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Ports;
using Pipeline.Sinks.Lake;

namespace Pipeline.Tests.Integration.Sinks;

public sealed class S3FaultTests
{
    private const string Completed =
        "<CompleteMultipartUploadResult><Bucket>b</Bucket><Key>a/1</Key><ETag>\"x-1\"</ETag></CompleteMultipartUploadResult>";

    private static readonly StagedObject Staged = new("a/1", "upload", [new string('a', 32)], 4, new string('b', 64));

    private readonly CancellationToken stopping = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(503, "SlowDown")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(409, "ConditionalRequestConflict")]
    [InlineData(400, "RequestTimeout")]
    [InlineData(400, "BadDigest")]
    [InlineData(200, "InternalError")]
    public async Task What_can_heal_is_tried_again(int status, string code)
    {
        await using var s3 = new FaultyS3(FaultyS3.Error(status, code), (200, Completed));
        Assert.Equal(Completion.Visible, await Store(s3).CompleteAsync(Staged, stopping));
        Assert.Equal(["POST", "POST"], s3.Calls);
    }

    // Some stores say so where the upload is not there any more: whether it is, tells what to make of it.
    [Theory]
    [InlineData("<Upload><Key>a/1</Key><UploadId>upload</UploadId></Upload>", Completion.Visible, "POST", "GET", "POST")]
    [InlineData("<Upload><Key>a/1</Key><UploadId>other</UploadId></Upload>", Completion.Gone, "POST", "GET", "HEAD")]
    [InlineData("", Completion.Gone, "POST", "GET", "HEAD")]
    public async Task A_500_has_the_uploads_of_the_key_looked_at(string uploads, Completion end, params string[] calls)
    {
        await using var s3 = new FaultyS3(
            FaultyS3.Error(500, "InternalError"),
            (200, $"<ListMultipartUploadsResult><Bucket>b</Bucket><IsTruncated>false</IsTruncated>{uploads}</ListMultipartUploadsResult>"),
            end == Completion.Visible ? (200, Completed) : FaultyS3.Error(404, "NoSuchKey"));
        Assert.Equal(end, await Store(s3).CompleteAsync(Staged, stopping));
        Assert.Equal(calls, s3.Calls);
    }

    [Fact]
    public async Task An_answer_without_a_code_is_tried_again()
    {
        await using var s3 = new FaultyS3((400, ""), (200, Completed));
        Assert.Equal(Completion.Visible, await Store(s3).CompleteAsync(Staged, stopping));
        Assert.Equal(2, s3.Calls.Count);
    }

    [Fact]
    public async Task A_store_that_stays_away_is_transient()
    {
        await using var s3 = new FaultyS3(FaultyS3.Error(503, "SlowDown"));
        await Assert.ThrowsAsync<TransientException>(() => Store(s3).PutAsync("a/1", new byte[4], stopping));
        Assert.Equal(6, s3.Calls.Count);
    }

    [Theory]
    [InlineData(403, "AccessDenied")]
    [InlineData(404, "NoSuchBucket")]
    [InlineData(400, "InvalidArgument")]
    public async Task What_a_person_must_heal_is_not_tried_again(int status, string code)
    {
        await using var s3 = new FaultyS3(FaultyS3.Error(status, code));
        await Assert.ThrowsAsync<TerminalException>(() => Store(s3).CompleteAsync(Staged, stopping));
        Assert.Single(s3.Calls);
    }

    [Fact]
    public async Task No_such_upload_inside_a_200_asks_for_the_object()
    {
        await using var s3 = new FaultyS3(FaultyS3.Error(200, "NoSuchUpload"), FaultyS3.Error(404, "NoSuchKey"));
        Assert.Equal(Completion.Gone, await Store(s3).CompleteAsync(Staged, stopping));
        Assert.Equal(["POST", "HEAD"], s3.Calls);
    }

    [Fact]
    public async Task Nobody_listening_is_transient()
    {
        var s3 = new FaultyS3();
        var store = Store(s3);
        await s3.DisposeAsync();
        await Assert.ThrowsAsync<TransientException>(() => store.OpenReadAsync("a/1", stopping));
    }

    [Fact]
    public void Plain_http_to_another_machine_is_refused() =>
        Assert.Throws<TerminalException>(() => ObjectStores.Open("s3://bucket/prefix", new() { Endpoint = new("http://store.example.com") }, TimeProvider.System));

    [Fact]
    public void A_root_without_a_bucket_is_refused() => Assert.Throws<TerminalException>(() => ObjectStores.Open("s3:///prefix", new(), TimeProvider.System));

    private static S3Store Store(FaultyS3 s3) => new(
        new AmazonS3Client(new BasicAWSCredentials("key", "secret"), S3Clients.ConfigOf(new() { Endpoint = s3.Endpoint, PathStyle = true })),
        "b", "", kmsKeyId: null, TimeProvider.System);
}
