using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Domain.Failures;
using Pipeline.Sinks.Ledger;

namespace Pipeline.App;

/// <summary>What must hold before the first trigger fires: valid settings and contracts, a ledger of this version, tables that fit.</summary>
public sealed class StartUp(IStartupValidator settings, NpgsqlDataSource ledger, ContractSet contracts, TimeProvider time, ILogger<StartUp> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Prepares the ledger; waits two minutes for a PostgreSQL that is still starting.</summary>
    /// <exception cref="TerminalException">A person must act; the message lists every fault.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        settings.Validate();
        for (var began = time.GetUtcNow(); ; await Task.Delay(TimeSpan.FromSeconds(1), time, stopping))
        {
            try
            {
                await LedgerMigrations.ApplyAsync(ledger, time, stopping);
                break;
            }
            catch (TransientException away) when (time.GetUtcNow() - began < Patience)
            {
                Log.LedgerAway(log, away.Message);
            }
        }

        Log.Started(log, contracts.Contracts.Count);
    }

    /// <summary>What a person is told of an error that ends the program, and what to do; null for one that only its stack trace explains.</summary>
    internal static string? Fault(Exception error) => error switch
    {
        TerminalException or TransientException or OptionsValidationException => error.Message,
        IOException { InnerException: AddressInUseException } =>
            $"{error.Message} Stop what listens there, or write another address in LocalHost:Urls.",
        // What the binder throws of a value that it cannot convert; an InvalidOperationException from elsewhere is a bug.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder", InnerException: not null } => OfWrongKind(error),
        _ => null,
    };

    /// <summary>The same of a setting whose value cannot be converted; the error names the setting.</summary>
    internal static string OfWrongKind(Exception error) => $"{error.Message.TrimEnd('.')}. Write a value of the setting's kind.";
}

/// <summary>What the app itself writes to the log.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The ledger does not answer yet: {Reason}")]
    internal static partial void LedgerAway(ILogger log, string reason);

    [LoggerMessage(2, LogLevel.Information, "The ledger is ready; {Datasets} dataset contract(s) loaded.")]
    internal static partial void Started(ILogger log, int datasets);

    [LoggerMessage(3, LogLevel.Information,
        "Publication {Publication} of {Dataset} ended {End}: {In} in, {Out} out, {Duplicates} duplicates, {Rejected} rejected, {Objects} objects.")]
    internal static partial void Published(
        ILogger log, long publication, string dataset, Transforms.Publishing.PublicationEnd end, long @in, long @out, long duplicates, long rejected,
        int objects);

    [LoggerMessage(20, LogLevel.Warning, "{Dataset} could not be judged by its rules of quality, and is when they are run next.")]
    internal static partial void Unchecked(ILogger log, Exception error, string dataset);
}
