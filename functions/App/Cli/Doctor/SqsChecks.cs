using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Pipeline.App.Settings;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sources.Sqs;

namespace Pipeline.App.Cli.Doctor;

/// <summary>Every queue of the settings, and its dead letters.</summary>
internal static class SqsChecks
{
    /// <summary>Deliveries a queue should allow: a crash and a slow landing count as one each.</summary>
    private const int FewestReceives = 3;

    public static IEnumerable<Check> Of(Patient patient)
    {
        if (!patient.Has<SqsOptions>(out var options)) yield break;
        var wanted = patient.Contracts.Contracts.Select(contract => contract.SourceOf(SourceKind.Sqs)?.Queue).OfType<string>().ToList();
        foreach (var queue in wanted.Where(queue => options.Of(queue) is null))
            yield return Skip(queue, $"Sqs:Queues:{queue.Replace('-', '_')}:Url is not set: the queue is not drained.");
        foreach (var (name, queue) in options.Queues)
        {
            yield return Queue(patient, options, name, $"sqs.{name}", $"Sqs:Queues:{name}:Url", queue.Url, queue);
            if (queue.DeadLetterUrl.Length > 0)
                yield return Queue(patient, options, name, $"sqs.{name}.dead_letters", $"Sqs:Queues:{name}:DeadLetterUrl",
                    queue.DeadLetterUrl, queue);
        }
    }

    private static Check Skip(string queue, string why) => new($"sqs.{queue}", "", _ => One(Finding.Skipped($"sqs.{queue}", why)));

    private static Check Queue(Patient patient, SqsOptions options, string name, string check, string setting, string url,
        QueueOptions queue) => new(
        check, $"Check {setting}.", stopping => ExamineAsync(patient, options, name, check, setting, url, queue, stopping));

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        Patient patient, SqsOptions options, string name, string check, string setting, string url, QueueOptions queue,
        [EnumeratorCancellation] CancellationToken stopping)
    {
        var endpoint = options.Endpoint ?? new Uri(new Uri(url).GetLeftPart(UriPartial.Authority));
        SqsAction[] needed = url == queue.Url
            ? [SqsAction.ReceiveMessage, SqsAction.DeleteMessage, SqsAction.ChangeMessageVisibility] : [SqsAction.SendMessage];
        var (attributes, fault) =
            await AskAsync(new(patient.Part<SqsCalls>(), url, endpoint, queue.Region, patient.Time), needed, check, setting, stopping);
        if (attributes is null)
        {
            yield return fault!;
            yield break;
        }
        yield return Finding.Ok(check, $"About {attributes.GetValueOrDefault("ApproximateNumberOfMessages", "?")} messages wait.");
        if (url != queue.Url) yield break;
        if (MaxReceives(attributes) is { } receives and < FewestReceives)
            yield return Finding.Warning(
                $"{check}.receives", $"The queue gives a message up after {receives} deliveries: one crash may be enough.",
                $"Set maxReceiveCount of its redrive policy to {FewestReceives} or more.");
        if (options.VisibilitySeconds < 30)
            yield return Finding.Warning(
                $"{check}.visibility",
                $"Messages of {name} are hidden for {options.VisibilitySeconds} seconds at a time; a slow landing delivers them again.",
                "Set Sqs:VisibilitySeconds to 120.");
    }

    private static async Task<(IReadOnlyDictionary<string, string>? Attributes, Finding? Fault)> AskAsync(
        SqsQueue queue, IReadOnlyList<SqsAction> needed, string check, string setting, CancellationToken stopping)
    {
        try
        {
            var attributes = await queue.AttributesAsync(stopping);
            var denied = new List<string>();
            foreach (var action in needed)
                if (await queue.IsDeniedAsync(action, stopping)) denied.Add($"sqs:{action}");
            return denied.Count == 0 ? (attributes, null) : (null, Finding.Fault(
                check, $"The credentials may look at the queue, and may not do {string.Join(", ", denied)}.",
                $"Allow {string.Join(", ", denied)} on the queue of {setting}."));
        }
        catch (TerminalException error)
        {
            return (null, Finding.Fault(check, error.Message, error.Message.Contains("no AWS credentials", StringComparison.Ordinal)
                ? "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine an identity."
                : $"Create the queue or correct {setting} and its Region; allow sqs:GetQueueAttributes."));
        }
        catch (TransientException error)
        {
            return (null, Finding.Fault(check, error.Message, $"Check the way to SQS: Sqs:Endpoint, or the host of {setting}."));
        }
    }

    private static int? MaxReceives(IReadOnlyDictionary<string, string> attributes)
    {
        if (!attributes.TryGetValue("RedrivePolicy", out var policy) || policy.Length == 0) return null;
        using var parsed = JsonDocument.Parse(policy);
        return parsed.RootElement.TryGetProperty("maxReceiveCount", out var count)
            && int.TryParse(count.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var receives) ? receives : null;
    }

    private static async IAsyncEnumerable<Finding> One(Finding finding)
    {
        await Task.CompletedTask;
        yield return finding;
    }
}
