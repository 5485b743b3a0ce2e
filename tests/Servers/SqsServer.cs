using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tests.Servers;

/// <summary>A private SQS on loopback (fauxqs), and a plain client of it that shares no code with the product's.</summary>
/// <remarks>It checks no signatures.</remarks>
public sealed class SqsServer : IDisposable
{
    private static readonly string Folder = Repository.PathOf("tests", "Servers", "Sqs");

    private readonly Process program;
    private readonly HttpClient http = new();

    /// <param name="lostDeletions">Share of deletions that are lost, so that the message comes again at once.</param>
    public SqsServer(double lostDeletions = 0)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules"))) Install();
        // fauxqs needs a newer Node than Debian's; npm's package "node" brings it.
        var node = Path.Combine(Folder, "node_modules", "node", "bin", "node");
        program = Process.Start(new ProcessStartInfo(
            node, ["serve.mjs", lostDeletions.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        Address = new(program.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The SQS server ended before it listened."));
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Creates a queue and returns its URL.</summary>
    public async Task<string> CreateQueueAsync(string name) =>
        (await AskAsync("CreateQueue", new() { ["QueueName"] = name })).GetProperty("QueueUrl").GetString()!;

    /// <summary>Sends messages and returns their ids, in order.</summary>
    public async Task<IReadOnlyList<string>> SendAsync(string queue, IEnumerable<string> bodies)
    {
        var ids = new List<string>();
        foreach (var batch in bodies.Chunk(10))
        {
            var entries = new JsonArray([.. batch.Select((body, i) => new JsonObject { ["Id"] = $"{i}", ["MessageBody"] = body })]);
            var sent = (await AskAsync("SendMessageBatch", new() { ["QueueUrl"] = queue, ["Entries"] = entries })).GetProperty("Successful");
            ids.AddRange(sent.EnumerateArray().OrderBy(each => int.Parse(each.GetProperty("Id").GetString()!, System.Globalization.CultureInfo.InvariantCulture))
                .Select(each => each.GetProperty("MessageId").GetString()!));
        }
        return ids;
    }

    /// <summary>Messages that are neither deleted nor delayed, hidden ones included.</summary>
    public async Task<int> CountAsync(string queue)
    {
        var names = new JsonArray("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible");
        var counts = (await AskAsync("GetQueueAttributes", new() { ["QueueUrl"] = queue, ["AttributeNames"] = names })).GetProperty("Attributes");
        return counts.EnumerateObject().Sum(each => int.Parse(each.Value.GetString()!, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Takes everything out of a queue: body and attributes of each message.</summary>
    public async Task<IReadOnlyList<(string Body, IReadOnlyDictionary<string, string> Attributes)>> TakeAllAsync(string queue)
    {
        var all = new List<(string, IReadOnlyDictionary<string, string>)>();
        while (true)
        {
            var answer = await AskAsync("ReceiveMessage", new()
            {
                ["QueueUrl"] = queue, ["MaxNumberOfMessages"] = 10, ["VisibilityTimeout"] = 3600, ["MessageAttributeNames"] = new JsonArray("All"),
            });
            if (!answer.TryGetProperty("Messages", out var messages)) return all;
            all.AddRange(messages.EnumerateArray().Select(message => (message.GetProperty("Body").GetString()!, AttributesOf(message))));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        program.StandardInput.Close();
        if (!program.WaitForExit(TimeSpan.FromSeconds(5))) program.Kill();
        program.Dispose();
        http.Dispose();
    }

    private async Task<JsonElement> AskAsync(string action, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new StringContent(body.ToJsonString()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        request.Headers.Add("x-amz-target", $"AmazonSQS.{action}");
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{action}: {answer}");
        using var json = JsonDocument.Parse(answer.Length == 0 ? "{}" : answer);
        return json.RootElement.Clone();
    }

    private static IReadOnlyDictionary<string, string> AttributesOf(JsonElement message) =>
        !message.TryGetProperty("MessageAttributes", out var attributes) ? new Dictionary<string, string>()
        : attributes.EnumerateObject().ToDictionary(each => each.Name, each => each.Value.GetProperty("StringValue").GetString()!);

    private static void Install()
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", ["install", "--no-save", "--no-audit", "--no-fund"]) { WorkingDirectory = Folder })!;
        npm.WaitForExit();
        if (npm.ExitCode != 0) throw new InvalidOperationException($"npm install in {Folder} ended with exit code {npm.ExitCode}.");
    }
}
