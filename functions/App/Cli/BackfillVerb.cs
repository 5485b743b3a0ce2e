using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Domain.Failures;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline backfill</c>: asks a running app for days of a source again, follows it, or cancels it.</summary>
internal static class BackfillVerb
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var source = new Option<string?>("--source") { Description = "A source that has accounts in the settings, such as facebook." };
        var accounts = new Option<string?>("--accounts") { Description = "Accounts, comma separated; all of the source without it." };
        var from = Days.Option("--from", "First day, yyyy-MM-dd.");
        var to = Days.Option("--to", "Last day, included; the first one without it.");
        var wait = new Option<bool>("--wait") { Description = "Follow it to its end. Ctrl-C leaves it running." };
        var cancel = new Option<string?>("--cancel") { Description = "Cancel the backfill of this id; what is landed stays." };
        var api = new ApiOptions();
        var json = Output.JsonOption();
        var verb = new Command("backfill", "Extract days of a source again, by a running app: start, follow, cancel.")
        {
            source, accounts, from, to, wait, cancel, api.Url, api.KeyFile, json,
        };
        Days.Order(verb, from, to);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(cancel) is null && (result.GetResult(source) is null || result.GetResult(from) is null))
                result.AddError("Write --source and --from to start a backfill, or --cancel with the id of one.");
        });
        verb.SetAction(async (result, stopping) =>
        {
            using var app = api.Open(result);
            var output = new Output(result.GetValue(json));
            if (result.GetValue(cancel) is { } id) return await CancelAsync(app, id, output, stopping);
            var first = result.GetValue(from)!.Value;
            var started = await app.SendAsync(HttpMethod.Post, "/api/backfills", new
            {
                source = result.GetValue(source),
                accounts = result.GetValue(accounts)?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                from = Days.Text(first), to = Days.Text(result.GetValue(to) ?? first),
            }, stopping);
            return await FollowAsync(app, started.GetProperty("id").GetString()!, result.GetValue(wait), output, stopping);
        });
        return verb;
    }

    private static async Task<int> CancelAsync(AppApi app, string id, Output output, CancellationToken stopping)
    {
        await app.SendAsync(HttpMethod.Delete, $"/api/backfills/{Uri.EscapeDataString(id)}", null, stopping);
        output.Answer(new { id, cancelled = true },
            (console, _) => console.WriteLine($"Backfill {id} is cancelled; what is landed stays."));
        return ExitCodes.Done;
    }

    private static async Task<int> FollowAsync(AppApi app, string id, bool wait, Output output, CancellationToken stopping)
    {
        var found = await FindAsync(app, id, stopping);
        if (wait)
        {
            await Console.Error.WriteLineAsync(
                $"Backfill {id} runs in the app; Ctrl-C leaves it running. To end it: pipeline backfill --cancel {id}".AsMemory(),
                stopping);
            found = await output.ProgressAsync(task => EndAsync(app, id, task, stopping), $"backfill {id}");
        }
        output.Answer(found, (console, _) => Print(console, id, found));
        if (!HasEnded(found)) return ExitCodes.Done;
        var problems = Problems(found);
        foreach (var problem in problems) await Console.Error.WriteLineAsync(problem.AsMemory(), stopping);
        return StatusOf(found) == "Completed" && problems.Count == 0 ? ExitCodes.Done : ExitCodes.Fault;
    }

    private static async Task<JsonElement> EndAsync(AppApi app, string id, IProgressTask task, CancellationToken stopping)
    {
        while (true)
        {
            var found = await FindAsync(app, id, stopping);
            if (found.TryGetProperty("progress", out var progress) && progress.ValueKind == JsonValueKind.Object)
                task.Report(Count(progress, "DaysDone"), Count(progress, "Days"),
                    $"{Count(progress, "DaysDone")} of {Count(progress, "Days")} days");
            if (HasEnded(found)) return found;
            await Task.Delay(Every, TimeProvider.System, stopping);
        }
    }

    private static Task<JsonElement> FindAsync(AppApi app, string id, CancellationToken stopping) =>
        app.SendAsync(HttpMethod.Get, $"/api/backfills/{Uri.EscapeDataString(id)}", null, stopping);

    private static void Print(IAnsiConsole console, string id, JsonElement found)
    {
        console.WriteLine($"Backfill {id}: {StatusOf(found)}.");
        if (HasEnded(found)) return;
        console.WriteLine($"Look: GET /api/backfills/{id}");
        console.WriteLine($"Cancel: pipeline backfill --cancel {id}");
    }

    private static string StatusOf(JsonElement found) => found.GetProperty("status").GetString() ?? "";

    private static bool HasEnded(JsonElement found) => StatusOf(found) is "Completed" or "Failed" or "Terminated" or "Canceled";

    private static int Count(JsonElement progress, string name) =>
        Member(progress, name) is { ValueKind: JsonValueKind.Number } count ? count.GetInt32() : 0;

    private static List<string> Problems(JsonElement found)
    {
        var problems = new List<string>();
        if (found.TryGetProperty("progress", out var progress) && Member(progress, "Problems") is { ValueKind: JsonValueKind.Array } each)
            problems.AddRange(each.EnumerateArray().Select(problem => problem.ToString()));
        if (found.TryGetProperty("failure", out var failure) && failure.ValueKind == JsonValueKind.String)
            problems.Add(failure.GetString()!);
        return problems;
    }

    // The host decides how a custom status spells its members.
    private static JsonElement? Member(JsonElement progress, string name) => progress.ValueKind != JsonValueKind.Object ? null
        : progress.EnumerateObject().Where(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .Select(member => (JsonElement?)member.Value).FirstOrDefault();
}
