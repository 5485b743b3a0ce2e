using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Publications;

namespace Pipeline.Sources.Sqs;

/// <summary>One SQS queue.</summary>
/// <param name="url">The queue's URL.</param>
/// <param name="endpoint">Where calls go; the queue's URL is only its name to them.</param>
public sealed class SqsQueue(SqsCalls calls, string url, Uri endpoint, string region, TimeProvider time)
{
    /// <summary>Entries of a batch, and messages of a receive.</summary>
    private const int BatchEntries = 10;

    /// <summary>Calls of batches at once.</summary>
    private const int BatchesAtOnce = 8;

    private const int Tries = 4;

    /// <summary>Bytes that are kept free for a refused message's attributes, which count as its own.</summary>
    private const int AttributeBytes = 4096;

    /// <summary>About how many messages can be received.</summary>
    public Task<long> DepthAsync(CancellationToken stopping) => AttributeAsync("ApproximateNumberOfMessages", stopping);

    /// <summary>Receives up to ten messages and hides them from others.</summary>
    /// <param name="waitSeconds">How long an empty queue is waited at; from 1 on every server of the queue is asked.</param>
    /// <returns>Those whose bodies arrived as they were sent, and how many did not.</returns>
    public async Task<(IReadOnlyList<SqsMessage> Messages, int Damaged)> ReceiveAsync(
        int waitSeconds, int visibilitySeconds, CancellationToken stopping)
    {
        using var answer = await AskAsync("ReceiveMessage", new()
        {
            ["MaxNumberOfMessages"] = BatchEntries, ["WaitTimeSeconds"] = waitSeconds, ["VisibilityTimeout"] = visibilitySeconds,
            ["MessageSystemAttributeNames"] = new JsonArray("SentTimestamp"),
        }, stopping);
        if (!answer.RootElement.TryGetProperty("Messages", out var items) || items.ValueKind != JsonValueKind.Array) return ([], 0);
        var messages = items.EnumerateArray().Select(SqsMessage.Read).ToList();
        return ([.. messages.OfType<SqsMessage>()], messages.Count(message => message is null));
    }

    /// <summary>Deletes delivered messages.</summary>
    /// <returns>Those that SQS did not delete: they come again, and are known then.</returns>
    public async Task<int> DeleteAsync(IReadOnlyList<string> receipts, CancellationToken stopping) => (await BatchAsync(
        "DeleteMessageBatch", [.. receipts.Select(receipt => new JsonObject { ["ReceiptHandle"] = receipt })], stopping)).Count;

    /// <summary>Hides delivered messages for so many seconds from now.</summary>
    /// <returns>Those that SQS did not hide: they may come again.</returns>
    public async Task<int> HideAsync(IReadOnlyList<string> receipts, int visibilitySeconds, CancellationToken stopping)
    {
        var entries = receipts.Select(receipt => new JsonObject { ["ReceiptHandle"] = receipt, ["VisibilityTimeout"] = visibilitySeconds });
        return (await BatchAsync("ChangeMessageVisibilityBatch", [.. entries], stopping)).Count;
    }

    /// <summary>Sends refused messages, each with the reason as attributes.</summary>
    /// <returns>Numbers of those that SQS did not take: too long with their attributes, or with characters it does not allow.</returns>
    public async Task<IReadOnlySet<int>> SendAsync(IReadOnlyList<PoisonMessage> refused, string queue, CancellationToken stopping)
    {
        // One that is too long would fail the whole request, and every one after it.
        var most = await AttributeAsync("MaximumMessageSize", stopping);
        var sent = Enumerable.Range(0, refused.Count).Where(i => refused[i].Message.Body.Length + AttributeBytes <= most).ToList();
        var failed = await BatchAsync("SendMessageBatch", [.. sent.Select(i => Entry(refused[i], queue))], stopping);
        return Enumerable.Range(0, refused.Count).Except(sent).Concat(failed.Select(number => sent[number])).ToHashSet();
    }

    /// <summary>All attributes of the queue, as SQS names them: <c>VisibilityTimeout</c>, <c>RedrivePolicy</c>, …</summary>
    public async Task<IReadOnlyDictionary<string, string>> AttributesAsync(CancellationToken stopping)
    {
        using var answer = await AskAsync("GetQueueAttributes", new() { ["AttributeNames"] = new JsonArray("All") }, stopping);
        return answer.RootElement.TryGetProperty("Attributes", out var attributes)
            ? attributes.EnumerateObject().ToDictionary(each => each.Name, each => each.Value.GetString() ?? "")
            : [];
    }

    /// <summary>Asks for an action in a way that does nothing whatever the answer: with what SQS takes from nobody.</summary>
    /// <remarks>Not by a real receive: one that hides nothing still counts towards the queue's maxReceiveCount.</remarks>
    /// <returns>Whether the credentials may not do it, as far as SQS says so.</returns>
    public async Task<bool> IsDeniedAsync(SqsAction action, CancellationToken stopping)
    {
        JsonObject body = action switch
        {
            SqsAction.ReceiveMessage => new() { ["MaxNumberOfMessages"] = 0 },
            SqsAction.DeleteMessage => new() { ["ReceiptHandle"] = "none" },
            SqsAction.ChangeMessageVisibility => new() { ["ReceiptHandle"] = "none", ["VisibilityTimeout"] = 0 },
            _ => new() { ["MessageBody"] = "\u0000", ["DelaySeconds"] = -1 },
        };
        try
        {
            using var _ = await AskAsync(action.ToString(), body, stopping);
            return false;
        }
        catch (TerminalException refused)
        {
            return refused.Message.Contains("AccessDenied", StringComparison.Ordinal);
        }
    }

    private async Task<long> AttributeAsync(string name, CancellationToken stopping)
    {
        using var answer = await AskAsync("GetQueueAttributes", new() { ["AttributeNames"] = new JsonArray(name) }, stopping);
        return long.Parse(answer.RootElement.GetProperty("Attributes").GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
    }

    private static JsonObject Entry(PoisonMessage refused, string queue)
    {
        var attributes = new JsonObject
        {
            ["reason-code"] = Text(refused.Code.Text()), ["reason"] = Text(refused.Reason),
            ["source-queue"] = Text(queue), ["source-message-id"] = Text(refused.Message.Id),
        };
        if (refused.Field.Length > 0) attributes["reason-field"] = Text(refused.Field);
        return new() { ["MessageBody"] = Encoding.UTF8.GetString(refused.Message.Body), ["MessageAttributes"] = attributes };
    }

    private static JsonObject Text(string value) => new() { ["DataType"] = "String", ["StringValue"] = value };

    /// <summary>Runs entries in batches, those that failed for a moment's reason again.</summary>
    /// <returns>Numbers of the entries that failed for good.</returns>
    private async Task<IReadOnlySet<int>> BatchAsync(string action, JsonObject[] entries, CancellationToken stopping)
    {
        for (var i = 0; i < entries.Length; i++) entries[i]["Id"] = i.ToString(CultureInfo.InvariantCulture);
        var (failed, open) = (new HashSet<int>(), Enumerable.Range(0, entries.Length).ToArray());
        for (var attempt = 1; open.Length > 0; attempt++)
        {
            var again = new List<int>();
            await Parallel.ForEachAsync(
                Batches(open, entries), new ParallelOptions { MaxDegreeOfParallelism = BatchesAtOnce, CancellationToken = stopping },
                async (batch, stop) =>
                {
                    var bodies = new JsonArray([.. batch.Select(number => entries[number].DeepClone())]);
                    using var answer = await AskAsync(action, new() { ["Entries"] = bodies }, stop);
                    if (!answer.RootElement.TryGetProperty("Failed", out var failures)) return;
                    foreach (var failure in failures.EnumerateArray())
                    {
                        var number = int.Parse(failure.GetProperty("Id").GetString()!, CultureInfo.InvariantCulture);
                        var isForGood = attempt == Tries || failure.GetProperty("SenderFault").GetBoolean();
                        lock (failed) (isForGood ? (ICollection<int>)failed : again).Add(number);
                    }
                });
            open = [.. again];
            if (open.Length > 0) await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), time, stopping);
        }
        return failed;
    }

    /// <summary>Groups of ten, fewer where their bodies would be too much for one request.</summary>
    private static IEnumerable<List<int>> Batches(int[] open, JsonObject[] entries)
    {
        const int MaxBytes = 200 * 1024;    // SQS takes 256 KiB everywhere, more since 2025
        var (batch, bytes) = (new List<int>(), 0);
        foreach (var number in open)
        {
            var entryBytes = Encoding.UTF8.GetByteCount(entries[number]["MessageBody"]?.GetValue<string>() ?? "");
            if (batch.Count == BatchEntries || (batch.Count > 0 && bytes + entryBytes > MaxBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }
            batch.Add(number);
            bytes += entryBytes;
        }
        if (batch.Count > 0) yield return batch;
    }

    private Task<JsonDocument> AskAsync(string action, JsonObject body, CancellationToken stopping)
    {
        body["QueueUrl"] = url;
        return calls.AskAsync(endpoint, region, action, JsonSerializer.SerializeToUtf8Bytes(body), stopping);
    }
}

/// <summary>What credentials are allowed to do with a queue, each by its own.</summary>
public enum SqsAction
{
    /// <summary>Receive messages.</summary>
    ReceiveMessage,

    /// <summary>Delete messages that are landed.</summary>
    DeleteMessage,

    /// <summary>Hide messages for longer.</summary>
    ChangeMessageVisibility,

    /// <summary>Send messages.</summary>
    SendMessage,
}
