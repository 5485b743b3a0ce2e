using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.App.Http;
using Pipeline.App.Replays;
using Pipeline.Contracts;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;
using Pipeline.Transforms.Quarantine;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline quarantine</c>: what is refused, a masked look at it, and its replay or its end.</summary>
internal static class QuarantineVerb
{
    public static Command Create() => new("quarantine", "Refused records: look, replay after a fix, or discard.")
    {
        List(), Reasons(), Sample(), Replay(), Discard(),
    };

    private static Option<string> Dataset() => new("--dataset") { Description = "The dataset.", Required = true };

    private static Option<string?> Code(string description = "One code, such as wrong_type; all without it.") =>
        new("--code") { Description = description };

    private static Option<string?> Field() =>
        new("--field") { Description = "One field's path, '' for the record as a whole; all without it." };

    private static Command List()
    {
        var (dataset, json) = (Dataset(), Output.JsonOption());
        var verb = new Command("list", "Open refusals by cause, and the latest replays.") { dataset, json };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var status = await ReadAsync(services, result.GetValue(dataset)!, stopping);
            new Output(result.GetValue(json)).Answer(status, (console, found) =>
            {
                console.Write(Table(
                    ["code", "field", "records", "publications", "first seen", "first at"], found.Groups.Select(group => new[]
                    {
                        group.Code, group.Field, Text(group.Records), Text(group.Publications), Text(group.FirstSeen),
                        $"{group.FirstShard}@{group.FirstPosition}",
                    })));
                console.Write(Table(["replay", "of", "kind", "state", "in", "out", "refused"], found.Replays.Select(replay => new[]
                {
                    Text(replay.Publication), Text(replay.Of), replay.Kind, replay.State,
                    Text(replay.RowsIn), Text(replay.RowsOut), Text(replay.Rejected),
                })));
            });
        });
        return verb;
    }

    private static Command Reasons()
    {
        var (dataset, json) = (Dataset(), Output.JsonOption());
        var verb = new Command("reasons", "What was refused on each of the last 30 days, and how much of it is open.") { dataset, json };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var status = await ReadAsync(services, result.GetValue(dataset)!, stopping);
            new Output(result.GetValue(json)).Answer(status.ByDay, (console, days) => console.Write(Table(
                ["day", "code", "records", "open"],
                days.Select(day => new[]
                {
                    day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), day.Code, Text(day.Records), Text(day.OpenRecords),
                }))));
        });
        return verb;
    }

    private static Command Sample()
    {
        var (dataset, code, field, json) = (Dataset(), Code(), Field(), Output.JsonOption());
        var limit = new Option<int>("--limit") { Description = "How many records at most.", DefaultValueFactory = _ => Quarantine.UsualSample };
        limit.Validators.Add(result =>
        {
            if (OptionValue.Of(result, limit) is < 1 or > Quarantine.MaxSample)
                result.AddError($"--limit must be from 1 to {Quarantine.MaxSample}.");
        });
        var verb = new Command("sample", "Some refused records, masked; the look is recorded first.") { dataset, code, field, limit, json };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var contract = services.GetRequiredService<ContractSet>().Named(result.GetValue(dataset)!);
            var (ofCode, ofField, count) = (result.GetValue(code), result.GetValue(field), result.GetValue(limit));
            var name = contract.Dataset;
            await services.GetRequiredService<AuditLog>().SampleAsync(Environment.UserName, name, ofCode, ofField, count, stopping);
            var publications = await services.GetRequiredService<QuarantineLedger>().WithOpenAsync(name, ofCode, ofField, stopping);
            var samples = services.GetRequiredService<QuarantineSamples>();
            var records = await samples.ReadAsync(contract, publications, ofCode, ofField, count, stopping);
            new Output(result.GetValue(json)).Answer(new SampleAnswer(records), (console, found) =>
            {
                foreach (var each in found.Records)
                {
                    console.WriteLine($"{each.Shard}@{each.Position} {each.Code} {each.Field}: {Printable.Of(each.Message)}");
                    console.WriteLine($"    {Printable.Of(each.Record ?? "(no value)")}");
                }
            });
        });
        return verb;
    }

    private static Command Replay()
    {
        var (dataset, code, field, wait, json) = (Dataset(), Code(), Field(), ReplayVerb.WaitOption(), Output.JsonOption());
        var verb = new Command("replay", "Publish what was refused, under the contract of now.") { dataset, code, field, wait, json };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var contract = services.GetRequiredService<ContractSet>().Named(result.GetValue(dataset)!);
            var plan = await services.GetRequiredService<PlanReplays>().RefusedAsync(
                contract.Dataset, result.GetValue(code), result.GetValue(field), stopping);
            return await ReplayVerb.AnswerAsync(services, new Output(result.GetValue(json)), plan, result.GetValue(wait), stopping);
        });
        return verb;
    }

    private static Command Discard()
    {
        var (dataset, code, field, json) = (Dataset(), Code("The code, such as wrong_type."), Field(), Output.JsonOption());
        code.Required = true;
        var reason = Reason.Option("recorded in pipeline.audit", "the records are given up");
        var verb = new Command("discard", "Give refused records up: they leave quarantine; replaying a whole publication from its segments brings them back.") { dataset, code, field, reason, json };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var contract = services.GetRequiredService<ContractSet>().Named(result.GetValue(dataset)!);
            var records = await services.GetRequiredService<QuarantineLedger>().DiscardAsync(
                contract.Dataset, result.GetValue(code)!, result.GetValue(field), Environment.UserName, result.GetValue(reason)!, stopping);
            if (records == 0)
                throw new TerminalException($"Nothing of {contract.Dataset} that was refused so is open: see 'pipeline quarantine list'.");
            new Output(result.GetValue(json)).Answer(
                new DiscardAnswer(records), (console, answer) => console.WriteLine($"Discarded {answer.Records} record(s)."));
        });
        return verb;
    }

    private static Task<QuarantineStatus> ReadAsync(ServiceProvider services, string dataset, CancellationToken stopping) =>
        services.GetRequiredService<QuarantineLedger>()
            .ReadAsync(services.GetRequiredService<ContractSet>().Named(dataset).Dataset, stopping);

    private static Table Table(string[] heads, IEnumerable<string[]> rows)
    {
        var table = new Table();
        foreach (var head in heads) table.AddColumn(head);
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        return table;
    }

    private static string Text(long? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
