using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Sandbox.Feeding;

namespace Pipeline.Sandbox.Verbs;

/// <summary><c>sandbox feed</c>: produces a file, a record a line.</summary>
internal static class FeedVerb
{
    private static readonly Option<string> Brokers = new("--brokers") { Description = "host:port of the brokers, comma separated.", Required = true };
    private static readonly Option<string> Topic = new("--topic") { Description = "An existing topic.", Required = true };
    private static readonly Option<FileInfo> File = new("--file") { Description = "Records, one a line; any bytes.", Required = true };

    private static readonly Option<string> Group = new("--group")
    {
        Description = "Consumer group to wait for: the sandbox broker drops what is too far ahead of it.",
        Required = true,
    };

    private static readonly Option<int> TopicPartitions = new("--topic-partitions") { Description = "How many the topic has.", DefaultValueFactory = _ => 16 };
    private static readonly Option<long?> Timestamp = new("--timestamp") { Description = "Timestamp of every record, Unix milliseconds; now when absent." };

    private static readonly Option<FileInfo?> Landed = new("--landed")
    {
        Description = "Positions the ledger holds from an interrupted feed of this file: lines of <topic>-<topic-partition> <next position>.",
    };

    private static readonly Option<FileInfo?> CaughtUpFile = new("--caught-up-file")
    {
        Description = "File written when an empty broker was given all of --landed again: from then on the pipeline can read it.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "The last line is JSON: records, bytes, seconds." };

    public static Command Create()
    {
        var verb = new Command("feed", "Produces each line of a file as one record, in an order and to places that depend on the file alone.")
        {
            Brokers, Topic, File, Group, TopicPartitions, Timestamp, Landed, CaughtUpFile, Json,
        };
        verb.SetAction(RunAsync);
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stopping)
    {
        Feeder? feeder = null;
        try
        {
            feeder = new Feeder(OptionsOf(parsed), TimeProvider.System, Console.Error.WriteLine);
            var report = await feeder.RunAsync(stopping);
            Console.WriteLine(parsed.GetValue(Json)
                ? JsonSerializer.Serialize(report, JsonSerializerOptions.Web)
                : string.Create(CultureInfo.InvariantCulture, $"Fed {report.Records:N0} records, {report.Bytes / 1e6:N1} MB, in {report.Seconds:N1} s."));
            return 0;
        }
        catch (FeedException error)
        {
            return Refuse(feeder, error.Message);
        }
        catch (OperationCanceledException)
        {
            return Refuse(feeder, "Stopped before the end of the file.");
        }
    }

    private static int Refuse(Feeder? feeder, string reason)
    {
        var sent = feeder?.Records ?? 0;
        Console.Error.WriteLine(sent == 0 ? $"{reason} Nothing was sent." : $"{reason} {sent} records were sent: feed the same file again.");
        return sent == 0 ? 2 : 1;
    }

    private static FeedOptions OptionsOf(ParseResult parsed) => new(
        parsed.GetRequiredValue(Brokers),
        parsed.GetRequiredValue(Topic),
        parsed.GetValue(TopicPartitions),
        parsed.GetRequiredValue(File).FullName,
        parsed.GetRequiredValue(Group),
        parsed.GetValue(Timestamp) ?? TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
        parsed.GetValue(Landed) is { } landed ? LandedPositions.Read(landed.FullName, parsed.GetRequiredValue(Topic)) : LandedPositions.None,
        parsed.GetValue(CaughtUpFile)?.FullName);
}
