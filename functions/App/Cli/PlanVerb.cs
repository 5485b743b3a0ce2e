using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.App.Cli.Plans;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;
using Pipeline.Sources.Slices;
using Spectre.Console;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline plan</c>: what a replay or a backfill would read, make, take and cost; nothing is done.</summary>
internal static class PlanVerb
{
    public static Command Create()
    {
        var dataset = new Option<string?>("--dataset") { Description = "Plan a replay of this dataset." };
        var source = new Option<string?>("--source")
        {
            Description = $"Plan a backfill of this source: {string.Join(", ", SourceKinds.Asked.Select(kind => kind.Text()))}.",
        };
        var accounts = new Option<string?>("--accounts") { Description = "Accounts, comma separated; all without it. A replay takes one." };
        var from = Days.Option("--from", "First day, yyyy-MM-dd.");
        var to = Days.Option("--to", "Last day, included; the first one without it.");
        from.Required = true;
        var price = new Option<string[]>("--price")
        {
            Description = $"NAME=DOLLARS of {Prices.Names}; list prices without it.", DefaultValueFactory = _ => [],
        };
        var json = Output.JsonOption();
        var verb = new Command("plan", "What a replay or a backfill would read, make, take and cost; nothing is done.")
        {
            dataset, source, accounts, from, to, price, json,
        };
        Days.Order(verb, from, to);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(dataset) is null == result.GetResult(source) is null)
                result.AddError("Write --dataset for a replay or --source for a backfill, one of the two.");
            Prices.Read(OptionValue.Of(result, price) ?? [], out var fault);
            if (fault is not null) result.AddError(fault);
        });
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var (first, named) = (result.GetValue(from)!.Value, Names(result.GetValue(accounts)));
            var (last, prices) = (result.GetValue(to) ?? first, Prices.Read(result.GetValue(price) ?? [], out _));
            var plan = result.GetValue(dataset) is { } replayed
                ? await ReplayAsync(services, replayed, named, first, last, prices, stopping)
                : await BackfillAsync(services, result.GetValue(source)!, named, first, last, prices, stopping);
            new Output(result.GetValue(json)).Answer(plan, Print);
            return ExitCodes.Done;
        });
        return verb;
    }

    private static Task<PlanAnswer> ReplayAsync(
        ServiceProvider services, string dataset, IReadOnlyList<string>? accounts, DateOnly from, DateOnly to, Prices prices,
        CancellationToken stopping)
    {
        var contract = services.GetRequiredService<ContractSet>().Named(dataset);
        if (accounts is { Count: > 1 })
            throw new TerminalException("A replay takes one account or all; write one in --accounts, or plan them one by one.");
        if (accounts is not null && !contract.IsReplaceable())
            throw new TerminalException($"Dataset {dataset} has no accounts; leave --accounts out.");
        var publish = services.GetRequiredService<IOptions<PublishSettings>>().Value;
        return ReplayPreview.OfAsync(
            services.GetRequiredService<PlanHistory>(), contract, accounts?[0], from, to, publish.MaxRawBytes, publish.MaxParallel, prices,
            stopping);
    }

    private static Task<PlanAnswer> BackfillAsync(
        ServiceProvider services, string name, IReadOnlyList<string>? accounts, DateOnly from, DateOnly to, Prices prices,
        CancellationToken stopping)
    {
        var source = services.GetRequiredService<SliceSources>().Named(name);
        if (accounts?.Except(source.Accounts).ToList() is [var unknown, ..])
            throw new TerminalException(
                $"The settings have no account '{unknown}' of {name}; they have {string.Join(", ", source.Accounts)}.");
        var history = services.GetRequiredService<PlanHistory>();
        return BackfillPlan.OfAsync(history, source, accounts ?? source.Accounts, from, to, prices, stopping);
    }

    private static IReadOnlyList<string>? Names(string? text) =>
        text?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } names ? names : null;

    private static void Print(IAnsiConsole console, PlanAnswer plan)
    {
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn("").AddColumn(new TableColumn("").RightAligned());
        foreach (var (name, count) in ((string, long?)[])[
            ("slices", plan.Slices), ("windows", plan.Windows), ("segments", plan.Segments), ("records", plan.Records),
            ("raw bytes", plan.RawBytes),
            ("publications", plan.Publications), ("rows", plan.Rows), ("objects", plan.Objects), ("object bytes", plan.ObjectBytes),
        ])
            if (count is { } known) table.AddRow(new Text(name), new Text(known.ToString("N0", CultureInfo.InvariantCulture)));
        if (plan.Minutes is { } minutes) table.AddRow(new Text("minutes"), new Text(minutes.ToString("0.0", CultureInfo.InvariantCulture)));
        if (plan.Dollars is { } dollars)
            table.AddRow(new Text("dollars"), new Text(dollars.ToString("0.0000", CultureInfo.InvariantCulture)));
        console.WriteLine($"A {plan.Kind} of {plan.Of}, {plan.From:yyyy-MM-dd} to {plan.To:yyyy-MM-dd}, would take:");
        console.Write(table);
        if (plan.Dollars is not null) console.WriteLine($"Dollars: {plan.Arithmetic}");
        foreach (var note in plan.Notes) console.WriteLine(note);
    }
}
