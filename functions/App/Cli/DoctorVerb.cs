using System.CommandLine;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Pipeline.App.Cli.Doctor;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline doctor</c>: every connection and permission that the settings need, tried out; what is wrong comes with its
/// remedy.</summary>
internal static class DoctorVerb
{
    public static Command Create()
    {
        var json = Output.JsonOption();
        var verb = new Command("doctor", "Try every connection and permission that the settings need, and say what to do.") { json };
        verb.SetAction(async (result, stopping) =>
        {
            var output = new Output(result.GetValue(json));
            var report = await output.ProgressAsync(task => ExamineAsync(CommandLine.Settings(), task, stopping), "doctor");
            output.Answer(report, Print);
            return report.Healthy ? ExitCodes.Done : ExitCodes.Fault;
        });
        return verb;
    }

    /// <summary>Examines settings; nothing of it throws, hangs or tells a secret.</summary>
    /// <param name="task">Told of every check that has ended; null where nobody looks.</param>
    internal static async Task<DoctorReport> ExamineAsync(IConfiguration configuration, IProgressTask? task, CancellationToken stopping)
    {
        await using var patient = new Patient(configuration);
        var (checks, done, telling) = (Checks(patient).ToList(), 0, new Lock());
        var findings = await Task.WhenAll(checks.Select(async check =>
        {
            var found = await check.RunAsync(stopping);
            lock (telling) task?.Report(++done, checks.Count, check.Name);   // they end at once, and the last one told must be the last
            return found;
        }));
        var secrets = new Secrets(configuration);
        var told = findings.SelectMany(each => each)
            .Select(finding => finding with { What = secrets.Hide(finding.What), Remedy = secrets.Hide(finding.Remedy) }).ToList();
        return new(told.All(finding => finding.State != FindingState.Fault), told);
    }

    private static IEnumerable<Check> Checks(Patient patient) =>
    [
        .. SettingsChecks.Of(patient), .. ContractChecks.Of(patient), .. ScheduleChecks.Of(patient), .. KeyChecks.Of(patient),
        .. LibraryChecks.Of(patient), .. HostChecks.Of(patient), .. PostgresChecks.Of(patient), .. StoreChecks.Of(patient),
        .. KafkaChecks.Of(patient), .. SqsChecks.Of(patient), .. ProviderChecks.Of(patient), .. RegistryChecks.Of(patient),
        .. AlertChecks.Of(patient), .. TelemetryChecks.Of(patient),
    ];

    private static void Print(IAnsiConsole console, DoctorReport report)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn("").AddColumn("");
        foreach (var finding in report.Checks)
            table.AddRow(
                new Markup($"[{ColorOf(finding.State)}]{finding.State}[/]"), new Text(finding.Check),
                new Text(finding.Remedy is null ? finding.What : $"{finding.What}\n{finding.Remedy}"));
        console.Write(table);
        var faults = report.Checks.Count(each => each.State == FindingState.Fault);
        var warnings = report.Checks.Count(each => each.State == FindingState.Warning);
        console.MarkupLine(report.Healthy ? $"[green]Healthy[/]; {warnings} warnings." : $"[red]{faults} faults[/], {warnings} warnings.");
    }

    private static string ColorOf(string state) => state switch
    {
        FindingState.Ok => "green",
        FindingState.Warning => "yellow",
        FindingState.Fault => "red",
        _ => "grey",
    };
}

/// <summary>What <c>pipeline doctor --json</c> prints.</summary>
/// <param name="Healthy">No check found a fault.</param>
internal sealed record DoctorReport(
    [property: JsonPropertyName("healthy")] bool Healthy, [property: JsonPropertyName("checks")] IReadOnlyList<Finding> Checks);
