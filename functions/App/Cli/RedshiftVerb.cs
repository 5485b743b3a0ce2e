using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.App.Settings;
using Pipeline.Contracts;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Warehouse;
using Pipeline.Transforms.Publishing;

namespace Pipeline.App.Cli;

/// <summary><c>pipeline redshift ddl|copy</c>: prints the SQL that makes a dataset's table in Redshift, and that loads days of the lake into it.</summary>
internal static class RedshiftVerb
{
    public static Command Create() => new("redshift", "SQL for Amazon Redshift, to be piped into psql or the query editor.") { Ddl(), Copy() };

    private static Command Ddl()
    {
        var dataset = Dataset();
        var verb = new Command("ddl", "The statement that creates the dataset's table.") { dataset };
        verb.SetAction(async (result, _) =>
        {
            await using var services = CommandLine.Services();
            Console.WriteLine(new RedshiftSql(services.GetRequiredService<ContractSet>().Named(result.GetValue(dataset)!)).CreateTable());
        });
        return verb;
    }

    private static Command Copy()
    {
        var dataset = Dataset();
        var from = new Option<DateOnly>("--from") { Description = "First day, YYYY-MM-DD.", Required = true };
        var to = new Option<DateOnly?>("--to") { Description = "Last day, included; the first one without it." };
        var role = new Option<string>("--iam-role") { Description = "ARN of a role that may read the lake; the cluster's default without it.", DefaultValueFactory = _ => "default" };
        var verb = new Command("copy", "Write the days' manifests into the lake and print the transaction that replaces the days' rows.") { dataset, from, to, role };
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var contract = services.GetRequiredService<ContractSet>().Named(result.GetValue(dataset)!);
            var (first, last) = (result.GetValue(from), result.GetValue(to) ?? result.GetValue(from));
            if (last < first) throw new TerminalException($"--to ({last:yyyy-MM-dd}) is before --from ({first:yyyy-MM-dd}).");
            var lake = services.GetRequiredService<IOptions<LakeSettings>>().Value.Root;
            var load = new RedshiftLoad(services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<PublicationStores>().Lake, lake);
            Console.Write(await load.ScriptAsync(contract, first, last, result.GetValue(role)!, stopping));
        });
        return verb;
    }

    private static Option<string> Dataset() => new("--dataset") { Description = "The dataset.", Required = true };
}
