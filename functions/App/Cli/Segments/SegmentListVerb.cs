using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;
using Spectre.Console;

namespace Pipeline.App.Cli.Segments;

/// <summary><c>pipeline segment list</c>: the segments of a dataset, the newest first.</summary>
internal static class SegmentListVerb
{
    private const int DefaultSegments = 20, MostSegments = 10_000;

    public static Command Create()
    {
        var dataset = new Option<string>("--dataset") { Description = "The dataset.", Required = true };
        var before = new Option<long?>("--before") { Description = "Only those with a smaller id: the next page." };
        var limit = new Option<int>("--limit") { Description = "Segments at most.", DefaultValueFactory = _ => DefaultSegments };
        limit.Validators.Add(result =>
        {
            if (OptionValue.Of(result, limit) is < 1 or > MostSegments) result.AddError($"--limit is from 1 to {MostSegments}.");
        });
        var json = Output.JsonOption();
        var verb = new Command("list", "The segments of a dataset, the newest first.") { dataset, before, limit, json };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var name = services.GetRequiredService<ContractSet>().Named(result.GetValue(dataset)!).Dataset;
            var segments = await services.GetRequiredService<SegmentList>()
                .ReadAsync(name, result.GetValue(before), result.GetValue(limit), stopping);
            new Output(result.GetValue(json)).Answer(segments, Print);
            return ExitCodes.Done;
        });
        return verb;
    }

    private static void Print(IAnsiConsole console, IReadOnlyList<SegmentEntry> segments)
    {
        var table = new Table().AddColumns("id", "landed", "shard", "first", "last", "records", "bytes", "state", "key");
        foreach (var each in segments)
            table.AddRow(((string[])[
                $"{each.Id}", $"{each.LandedAt:yyyy-MM-dd HH:mm:ss}", each.Shard, $"{each.First}", $"{each.Last}", $"{each.Records}",
                $"{each.RawBytes}",
                each.State, each.Key,
            ]).Select(cell => new Text(Printable.Of(cell))));
        console.Write(table);
    }
}
