using System.CommandLine;
using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.App.Replays;
using Pipeline.Sinks.Ledger;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline replay</c>: plans that days are published again from what was landed; the running app publishes them.</summary>
internal static class ReplayVerb
{
    /// <summary>The option to wait until what was planned is published.</summary>
    public static Option<bool> WaitOption() => new("--wait") { Description = "Wait until the running app has published it." };

    public static Command Create()
    {
        var dataset = new Option<string>("--dataset") { Description = "The dataset.", Required = true };
        var from = Days.Option("--from", "First UTC day, such as 2026-09-01: of the slices, or of event times.");
        var to = Days.Option("--to", "Last UTC day, included.");
        (from.Required, to.Required) = (true, true);
        var account = new Option<string?>("--account") { Description = "One account, where slices are replaced; all without it." };
        var (wait, json) = (WaitOption(), Output.JsonOption());
        var verb = new Command("replay", "Publish days again, from what was landed and under the contract of now.")
        {
            dataset, from, to, account, wait, json,
        };
        Days.Order(verb, from, to);
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var replays = services.GetRequiredService<PlanReplays>();
            var (name, first, last) = (result.GetValue(dataset)!, result.GetValue(from)!.Value, result.GetValue(to)!.Value);
            if (replays.Faults(name, result.GetValue(account), first, last) is { Count: > 0 } faults)
            {
                foreach (var fault in faults) await Console.Error.WriteLineAsync(fault);
                return ExitCodes.Fault;
            }
            var plan = await replays.DaysAsync(name, result.GetValue(account), first, last, stopping);
            return await AnswerAsync(services, new Output(result.GetValue(json)), plan, result.GetValue(wait), stopping);
        });
        return verb;
    }

    /// <summary>Says what was planned, and waits for it if asked to.</summary>
    public static async Task<int> AnswerAsync(
        ServiceProvider services, Output output, ReplayPlan plan, bool wait, CancellationToken stopping)
    {
        if (plan.Publications.Count == 0)
        {
            await Console.Error.WriteLineAsync("There is nothing to replay, or its replay is under way: see 'pipeline quarantine list'.");
            return ExitCodes.Fault;
        }
        var states = wait
            ? await output.ProgressAsync(
                task => services.GetRequiredService<ReplayWait>().RunAsync(plan.Publications, task.Report, stopping), "Publishing")
            : [];
        var failed = states.Where(state => state.State == "failed").ToList();
        output.Answer(new ReplayAnswer(plan.Publications, plan.Records, wait ? states : null), (console, answer) =>
        {
            console.WriteLine($"Planned {answer.Publications.Count} publication(s), {answer.Publications[0]} to {answer.Publications[^1]}.");
            foreach (var state in states)
                console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{state.Publication}: {state.State}, {state.RowsIn ?? 0} in, {state.RowsOut ?? 0} out, {state.Rejected ?? 0} refused"));
        });
        foreach (var state in failed) await Console.Error.WriteLineAsync($"Publication {state.Publication} was given up: {state.Failure}");
        return failed.Count > 0 ? ExitCodes.Fault : ExitCodes.Done;
    }
}

/// <summary>What <c>pipeline replay --json</c> prints; the states are null without <c>--wait</c>.</summary>
internal sealed record ReplayAnswer(
    [property: JsonPropertyName("publications")] IReadOnlyList<long> Publications, [property: JsonPropertyName("records")] long Records,
    [property: JsonPropertyName("states")] IReadOnlyList<ReplayState>? States);
