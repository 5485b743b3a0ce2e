using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amazon.Runtime;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;
using Pipeline.Sources.Sqs;

namespace Pipeline.Tests.Unit.Sources.Sqs;

/// <summary>What a queue answers, one answer after the other, and what is asked of it.</summary>
public sealed class SqsQueueTests
{
    [Fact]
    public async Task A_body_that_is_not_the_one_that_was_sent_is_no_message()
    {
        var (queue, _) = Given((200, Received(Message("a", "good"), Message("b", "changed", ofBody: "good"))));
        var (messages, damaged) = await queue.ReceiveAsync(1, 30, Stop);

        Assert.Equal((1, 1), (messages.Count, damaged));
        Assert.Equal(("a", "good", 1_700_000_000_123L), (messages[0].Id, Encoding.UTF8.GetString(messages[0].Body), messages[0].SentMs));
    }

    [Theory]
    [InlineData(503, "")]
    [InlineData(500, "<html>")]
    [InlineData(429, "{}")]
    [InlineData(400, """{"__type":"com.amazonaws.sqs#RequestThrottled","message":"slow down"}""")]
    [InlineData(403, """{"__type":"com.amazon.coral.availability#ThrottlingException"}""")]
    [InlineData(200, "<html>a proxy's page</html>")]
    public async Task What_a_moment_heals_is_asked_again(int status, string answer)
    {
        var (queue, asked) = Given((status, answer), (status, answer), (200, """{"Attributes":{"ApproximateNumberOfMessages":"17"}}"""));
        Assert.Equal(17, await queue.DepthAsync(Stop));
        Assert.Equal(3, asked.Count);
    }

    [Theory]
    [InlineData(400, """{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"canary"}""", "QueueDoesNotExist")]
    [InlineData(403, """{"__type":"com.amazon.coral.service#AccessDeniedException"}""", "AccessDeniedException")]
    [InlineData(404, "", "404")]
    public async Task What_a_person_must_heal_is_asked_once(int status, string answer, string named)
    {
        var (queue, asked) = Given((status, answer));
        var error = await Assert.ThrowsAsync<TerminalException>(() => queue.DepthAsync(Stop));
        Assert.Contains(named, error.Message);
        Assert.DoesNotContain("canary", error.Message);
        Assert.Single(asked);
    }

    [Fact]
    public async Task Of_a_batch_only_what_failed_for_the_moment_is_sent_again()
    {
        var (queue, asked) = Given(
            (200, """{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","Code":"InternalError","SenderFault":false},{"Id":"2","Code":"ReceiptHandleIsInvalid","SenderFault":true}]}"""),
            (200, """{"Successful":[{"Id":"1"}]}"""));

        Assert.Equal(1, await queue.DeleteAsync(["r0", "r1", "r2"], Stop));
        Assert.Equal([["r0", "r1", "r2"], ["r1"]], asked.Select(request => ReceiptsOf(request.Body)));
    }

    [Fact]
    public async Task Batches_hold_ten_entries_and_stay_below_what_one_request_may_have()
    {
        var (queue, asked) = Given([(200, "{}"), (200, "{}"), (200, "{}"), Sizes, .. Enumerable.Repeat((200, "{}"), 20)]);
        await queue.DeleteAsync([.. Enumerable.Range(0, 25).Select(i => $"r{i}")], Stop);
        Assert.Equal([5, 10, 10], asked.Select(request => ReceiptsOf(request.Body).Count).Order());

        asked.Clear();
        await queue.SendAsync([.. Enumerable.Range(0, 5).Select(i => Poison($"m{i}", new string('ä', 45_000)))], "logins", Stop);
        Assert.Equal([1, 2, 2], asked.Skip(1).Select(request => EntriesOf(request.Body).Count()).Order());
    }

    [Fact]
    public async Task A_refused_message_carries_its_reason_and_where_it_comes_from()
    {
        var (queue, asked) = Given(Sizes, (200, """{"Failed":[{"Id":"1","Code":"InvalidMessageContents","SenderFault":true}]}"""));
        var notTaken = await queue.SendAsync([Poison("m1", "body"), Poison("m2", "body", field: "")], "logins", Stop);

        Assert.Equal([1], notTaken);
        var entries = EntriesOf(asked[1].Body).ToList();
        Assert.Equal(
            ["reason-code=bad_address, reason-field=ip, reason=It is none., source-message-id=m1, source-queue=logins",
             "reason-code=bad_address, reason=It is none., source-message-id=m2, source-queue=logins"],
            entries.Select(entry => string.Join(", ", entry.GetProperty("MessageAttributes").EnumerateObject()
                .Select(each => $"{each.Name}={each.Value.GetProperty("StringValue").GetString()}").Order(StringComparer.Ordinal))));
        Assert.Equal("body", entries[0].GetProperty("MessageBody").GetString());
    }

    [Fact]
    public async Task A_message_too_long_for_the_dead_letter_queue_is_not_sent_and_does_not_keep_others()
    {
        var (queue, asked) = Given(Sizes, (200, "{}"));
        var notTaken = await queue.SendAsync([Poison("m1", new string('x', 262_000)), Poison("m2", "body")], "logins", Stop);

        Assert.Equal([0], notTaken);
        Assert.Equal("body", Assert.Single(EntriesOf(asked[1].Body)).GetProperty("MessageBody").GetString());
    }

    [Fact]
    public async Task Calls_are_signed_for_the_endpoint_and_name_queue_action_and_session()
    {
        var (queue, asked) = Given((200, "{}"));
        await queue.ReceiveAsync(1, 30, Stop);

        var (headers, body) = asked[0];
        Assert.Equal("AmazonSQS.ReceiveMessage", headers["x-amz-target"]);
        Assert.Equal("session", headers["x-amz-security-token"]);
        Assert.Equal("20260301T000000Z", headers["x-amz-date"]);
        Assert.Matches(
            "^AWS4-HMAC-SHA256 Credential=id/20260301/eu-west-1/sqs/aws4_request, "
            + "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$", headers["Authorization"]);
        using var json = JsonDocument.Parse(body);
        Assert.Equal("https://sqs.eu-west-1.amazonaws.com/1/logins", json.RootElement.GetProperty("QueueUrl").GetString());
    }

    private static readonly (int, string) Sizes = (200, """{"Attributes":{"MaximumMessageSize":"262144"}}""");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static (SqsQueue Queue, List<(IReadOnlyDictionary<string, string> Headers, string Body)> Asked) Given(params (int Status, string Body)[] answers)
    {
        var server = new Scripted(answers);
        var calls = new SqsCalls(new HttpClient(server), () => Task.FromResult(new ImmutableCredentials("id", "secret", "session")), new Clock());
        return (new(calls, "https://sqs.eu-west-1.amazonaws.com/1/logins", new("https://sqs.eu-west-1.amazonaws.com"), "eu-west-1", new Clock()), server.Asked);
    }

    private static string Received(params string[] messages) => $$"""{"Messages":[{{string.Join(',', messages)}}]}""";

    private static string Message(string id, string body, string? ofBody = null) =>
        $$$"""{"MessageId":"{{{id}}}","ReceiptHandle":"r-{{{id}}}","Body":"{{{body}}}","MD5OfBody":"{{{Md5(ofBody ?? body)}}}","Attributes":{"SentTimestamp":"1700000000123"}}""";

    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));

    private static PoisonMessage Poison(string id, string body, string field = "ip") =>
        new(new(id, "r", Encoding.UTF8.GetBytes(body), 0), RejectionCode.BadAddress, field, "It is none.");

    private static IEnumerable<JsonElement> EntriesOf(string body) => JsonDocument.Parse(body).RootElement.GetProperty("Entries").EnumerateArray();

    private static List<string> ReceiptsOf(string body) => [.. EntriesOf(body).Select(entry => entry.GetProperty("ReceiptHandle").GetString()!)];

    /// <summary>Waits are over at once.</summary>
    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
    }

    private sealed class Scripted(IEnumerable<(int Status, string Body)> answers) : HttpMessageHandler
    {
        private readonly Queue<(int Status, string Body)> answers = new(answers);

        public List<(IReadOnlyDictionary<string, string> Headers, string Body)> Asked { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken stopping)
        {
            var body = await request.Content!.ReadAsStringAsync(stopping);
            lock (Asked)
            {
                Asked.Add((request.Headers.ToDictionary(each => each.Key, each => string.Join(',', each.Value), StringComparer.OrdinalIgnoreCase), body));
                var (status, answer) = answers.Dequeue();
                return new((HttpStatusCode)status) { Content = new StringContent(answer) };
            }
        }
    }
}
