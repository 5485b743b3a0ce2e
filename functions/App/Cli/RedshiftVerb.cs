using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.App.Settings;
using Pipeline.Contracts;
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
        var from = Days.Option("--from", "First day, yyyy-MM-dd.");
        var to = Days.Option("--to", "Last day, included; the first one without it.");
        from.Required = true;
        var role = new Option<string>("--iam-role") { Description = "ARN of a role that may read the lake; the cluster's default without it.", DefaultValueFactory = _ => "default" };
        var verb = new Command("copy", "Write the days' manifests into the lake and print the transaction that replaces the days' rows.") { dataset, from, to, role };
        Days.Order(verb, from, to);
        verb.SetAction(async (result, stopping) =>
        {
            await using var services = CommandLine.Services();
            var contract = services.GetRequiredService<ContractSet>().Named(result.GetValue(dataset)!);
            var first = result.GetValue(from)!.Value;
            var lake = services.GetRequiredService<IOptions<LakeSettings>>().Value.Root;
            var load = new RedshiftLoad(services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<PublicationStores>().Lake, lake);
            Console.Write(await load.ScriptAsync(contract, first, result.GetValue(to) ?? first, result.GetValue(role)!, stopping));
        });
        return verb;
    }

    private static Option<string> Dataset() => new("--dataset") { Description = "The dataset.", Required = true };
}
