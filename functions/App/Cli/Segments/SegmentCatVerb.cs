using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Segments;

namespace Pipeline.App.Cli.Segments;

/// <summary><c>pipeline segment cat</c>: records as the source delivered them. They are not masked, so a reason is asked for and
/// recorded.</summary>
internal static class SegmentCatVerb
{
    private const int DefaultRecords = 20;

    public static Command Create()
    {
        var segment = new Argument<string>("segment") { Description = "A path, s3://bucket/key, or a key below Segments:Root." };
        var reason = Reason.Option("recorded in pipeline.audit where a ledger is configured", "the records are looked at");
        var limit = new Option<long>("--limit") { Description = "Records at most; 0 for all.", DefaultValueFactory = _ => DefaultRecords };
        var raw = new Option<bool>("--raw") { Description = "Only the values, byte by byte, each followed by a line feed." };
        var json = new Option<bool>("--json") { Description = "One JSON document a line." };
        var verb = new Command("cat", "The records of a segment, not masked: position, timestamp, key, value.")
        {
            segment, reason, limit, raw, json,
        };
        verb.Validators.Add(result =>
        {
            if (OptionValue.Of(result, raw) && OptionValue.Of(result, json)) result.AddError("--raw and --json: write one of the two.");
            if (OptionValue.Of(result, limit) < 0) result.AddError("--limit is 0 or more.");
        });
        verb.SetAction(async (result, stopping) =>
        {
            var name = result.GetValue(segment)!;
            await using var stream = await ObjectFile.OpenAsync(name, "Segments:Root", stopping);
            await RecordAsync(name, result.GetValue(reason)!, stopping);
            await using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
            Action<SegmentBlock, int> write = result.GetValue(raw) ? (block, record) => WriteRaw(output, block, record)
                : result.GetValue(json) ? (block, record) => WriteJson(output, block, record)
                : (block, record) => WriteLine(output, block, record);
            await ReadAsync(name, stream, result.GetValue(limit), write, stopping);
            return ExitCodes.Done;
        });
        return verb;
    }

    // A look that cannot be recorded must not happen; on a machine without a ledger there is nobody to tell.
    private static async Task RecordAsync(string name, string reason, CancellationToken stopping)
    {
        if (string.IsNullOrEmpty(CommandLine.Settings()["Ledger:ConnectionString"]))
        {
            await Console.Error.WriteLineAsync("No ledger is configured: this look is not recorded.");
            return;
        }
        await using var services = CommandLine.Services();
        await services.GetRequiredService<AuditLog>().ReadingSegmentAsync(Environment.UserName, name, reason, stopping);
    }

    private static async Task ReadAsync(string name, Stream stream, long limit, Action<SegmentBlock, int> write, CancellationToken stopping)
    {
        using var reader = new SegmentReader();
        reader.Open(stream);
        var left = limit == 0 ? long.MaxValue : limit;
        try
        {
            while (left > 0 && await reader.ReadAsync(stopping) is { } block)
                for (var record = 0; record < block.Count && left > 0; record++, left--)
                    write(block, record);
        }
        catch (InvalidDataException error)
        {
            throw new TerminalException(
                $"{name} cannot be read: {error.Message} Restore the object from its versions, or read the source again.", error);
        }
    }

    private static void WriteRaw(Stream output, SegmentBlock block, int record)
    {
        output.Write(block.Value(record).Span);
        output.WriteByte((byte)'\n');
    }

    private static void WriteJson(Stream output, SegmentBlock block, int record)
    {
        JsonSerializer.Serialize(output, RecordAnswer.Of(block, record));
        output.WriteByte((byte)'\n');
    }

    private static void WriteLine(Stream output, SegmentBlock block, int record)
    {
        var answer = RecordAnswer.Of(block, record);
        var key = answer.Key is null ? "" : $"{Printable.Of(answer.Key)} ";
        output.Write(Encoding.UTF8.GetBytes(
            $"{answer.Position} {answer.Timestamp:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {key}{Printable.Of(answer.Value ?? "(null)")}\n"));
    }
}

/// <summary>A record of a segment, as <c>pipeline segment cat --json</c> prints it. Bytes that are no UTF-8 are replaced; <c>--raw</c> has
/// them.</summary>
internal sealed record RecordAnswer(
    [property: JsonPropertyName("position")] long Position,
    [property: JsonPropertyName("timestamp")] DateTimeOffset? Timestamp,
    [property: JsonPropertyName("key")] string? Key,
    [property: JsonPropertyName("value")] string? Value)
{
    private const long MostMilliseconds = 253_402_300_799_999;

    public static RecordAnswer Of(SegmentBlock block, int record) => new(
        block.Positions[record],
        block.TimestampsMs[record] is >= 0 and <= MostMilliseconds and var at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
        block.Key(record) is { } key ? Encoding.UTF8.GetString(key.Span) : null,
        block.Lengths[record] < 0 ? null : Encoding.UTF8.GetString(block.Value(record).Span));
}
