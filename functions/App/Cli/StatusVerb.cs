using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.App.Http;
using Pipeline.Contracts;
using Pipeline.Sinks.Ledger;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline status</c>: where every dataset stands; with <c>--json</c> what GET /api/status answers.</summary>
internal static class StatusVerb
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    public static Command Create()
    {
        var dataset = new Option<string?>("--dataset") { Description = "One dataset, with refusals, days and streams; all without it." };
        var watch = new Option<bool>("--watch") { Description = "Look again every two seconds, until Ctrl-C." };
        var json = Output.JsonOption();
        var verb = new Command("status", "Where every dataset stands: landed, published, refused, open.") { dataset, watch, json };
        verb.Validators.Add(result =>
        {
            if (OptionValue.Of(result, watch) && OptionValue.Of(result, json))
                result.AddError("--watch is for people; leave --json out, or call again and again.");
        });
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var contracts = services.GetRequiredService<ContractSet>();
            var wanted = result.GetValue(dataset) is { } name ? [contracts.Named(name)] : contracts.Contracts;
            var status = services.GetRequiredService<StatusReader>();
            var time = services.GetRequiredService<TimeProvider>();
            if (result.GetValue(watch)) await WatchAsync(() => ReadAsync(status, wanted, stopping), time, stopping);
            else
                new Output(result.GetValue(json)).Answer(
                    await ReadAsync(status, wanted, stopping), (console, all) => console.Write(Shown(all)));
            return ExitCodes.Done;
        });
        return verb;
    }

    private static async Task<StatusAnswer> ReadAsync(
        StatusReader status, IReadOnlyList<Domain.Datasets.DatasetContract> contracts, CancellationToken stopping)
    {
        try
        {
            var datasets = new List<DatasetStatus>();
            foreach (var contract in contracts) datasets.Add(await status.ReadAsync(contract, stopping));
            return new(datasets, await status.OpenAlertsAsync(stopping));
        }
        catch (NpgsqlException error)
        {
            throw PostgresErrors.Classify(error, "reading the status");
        }
    }

    private static Task WatchAsync(Func<Task<StatusAnswer>> read, TimeProvider time, CancellationToken stopping) =>
        AnsiConsole.Live(new Text("")).StartAsync(async screen =>
        {
            while (true)
            {
                screen.UpdateTarget(Shown(await read()));
                await Task.Delay(Every, time, stopping);
            }
        });

    private static Rows Shown(StatusAnswer answer)
    {
        var table = new Table()
            .AddColumns("dataset", "landed", "in", "out", "duplicates", "refused", "waiting", "failed", "last publication");
        foreach (var each in answer.Datasets)
            table.AddRow(
                new Text(each.Dataset), Number(each.RecordsLanded), Number(each.RowsIn), Number(each.RowsOut), Number(each.Duplicates),
                Number(each.Rejected),
                Number(each.SegmentsUnpublished), Number(each.PublicationsFailed), new Text($"{each.LastPublication:yyyy-MM-dd HH:mm:ss}"));
        for (var column = 1; column < 8; column++) table.Columns[column].RightAligned();
        var alerts = new Text(answer.AlertsOpen == 0 ? "No open alerts." : $"{answer.AlertsOpen} open alerts.");
        return answer.Datasets is [var only] ? new Rows([table, .. Details(only), alerts]) : new Rows(table, alerts);
    }

    private static IEnumerable<Table> Details(DatasetStatus dataset)
    {
        if (dataset.Rejections.Count > 0)
            yield return Filled(["refused because", "field", "records"],
                dataset.Rejections.Select(each => new[] { each.Code, each.Field, Text(each.Records) }));
        if (dataset.DatePartitions.Count > 0)
            yield return Filled(
                ["day", "objects", "rows", "bytes"],
                dataset.DatePartitions.Select(each =>
                    new[] { $"{each.Date:yyyy-MM-dd}", Text(each.Objects), Text(each.Rows), Text(each.Bytes) }));
        if (dataset.Streams.Count > 0)
            yield return Filled(
                ["stream", "generation", "next position", "stopped"],
                dataset.Streams.Select(each => new[] { each.Stream, $"{each.Generation}", $"{each.NextPosition}", each.Stopped ?? "" }));
    }

    private static Table Filled(string[] columns, IEnumerable<string[]> rows)
    {
        var table = new Table().AddColumns(columns);
        foreach (var row in rows) table.AddRow(row.Select(cell => new Text(Printable.Of(cell))));
        return table;
    }

    private static Text Number(long count) => new(Text(count));

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
