using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.App.Http;
using Pipeline.Sinks.Alerting;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline alerts [--test] [--json]</c>: the open alerts, or whether channels take one.</summary>
internal static class AlertsVerb
{
    private const int Shown = 200;

    public static Command Create()
    {
        var json = Output.JsonOption();
        var test = new Option<bool>("--test") { Description = "Send a test alert to every channel that a route leads to." };
        var verb = new Command("alerts", "The open alerts, and whether people were told of them.") { test, json };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var output = new Output(result.GetValue(json));
            return result.GetValue(test) ? await TestAsync(services, output, stopping) : await ListAsync(services, output, stopping);
        });
        return verb;
    }

    private static async Task<int> ListAsync(ServiceProvider services, Output output, CancellationToken stopping)
    {
        var open = await services.GetRequiredService<AlertList>().ReadAsync(true, null, Shown, null, stopping);
        output.Answer(new AlertsAnswer(open, open.Count == Shown ? open[^1].Id : null), (console, answer) =>
        {
            var table = new Table().AddColumns("alert", "severity", "dataset", "code", "subject", "raised (UTC)", "seen", "told");
            foreach (var alert in answer.Alerts)
                table.AddRow([.. new[]
                {
                    $"{alert.Id}", alert.Severity, alert.Dataset, alert.Code, alert.Subject, $"{alert.RaisedAt:yyyy-MM-dd HH:mm}",
                    $"{alert.Occurrences}", string.Join(", ", alert.Deliveries.Select(told => $"{told.Channel} {told.State}").Distinct()),
                }.Select(Markup.Escape)]);
            if (answer.Alerts.Count == 0) console.WriteLine("No alert is open.");
            else console.Write(table);
        });
        return ExitCodes.Done;
    }

    private static async Task<int> TestAsync(ServiceProvider services, Output output, CancellationToken stopping)
    {
        var tests = await services.GetRequiredService<TestAlerts>().RunAsync(null, stopping);
        if (tests.Count == 0)
        {
            await Console.Error.WriteLineAsync("The settings have no channel; set Alerts:Channels:NAME:Kind and what that kind needs.");
            return ExitCodes.Fault;
        }
        output.Answer(new TestAnswer(tests), (console, answer) =>
        {
            foreach (var each in answer.Channels)
                console.WriteLine($"{each.Channel} ({each.Kind}): {each.State} in {each.Seconds:0.0} s. {each.Error}".TrimEnd());
        });
        return tests.All(each => each.State == "delivered") ? ExitCodes.Done : ExitCodes.Fault;
    }
}
