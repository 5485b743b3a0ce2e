using Microsoft.Extensions.Options;
using Npgsql;

namespace Pipeline.App.Settings;

/// <summary>The PostgreSQL database of ledger and warehouse (section <c>Ledger</c>).</summary>
public sealed record LedgerSettings
{
    /// <summary>Npgsql connection string; beyond loopback it must ask for TLS.</summary>
    public string ConnectionString { get; init; } = "";
}

/// <summary>Checks <see cref="LedgerSettings"/>; never repeats the connection string, which may hold a password.</summary>
public sealed class LedgerSettingsValidator : IValidateOptions<LedgerSettings>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, LedgerSettings options)
    {
        var fault = FaultOf("Ledger:ConnectionString", options.ConnectionString);
        return fault is null ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(fault);
    }

    /// <summary>What is wrong with a connection string; null when nothing is.</summary>
    /// <param name="setting">Its name.</param>
    internal static string? FaultOf(string setting, string connectionString)
    {
        if (connectionString.Length == 0) return $"Set {setting} (Host=…;Database=…;Username=…;Password=…).";
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(connectionString);
            return Network.IsLoopback(connection.Host ?? "") || connection.SslMode >= SslMode.Require
                ? null : $"{setting} leaves this machine without TLS; add SSL Mode=VerifyFull.";
        }
        catch (ArgumentException)
        {
            return $"{setting} is not an Npgsql connection string (Host=…;Database=…;Username=…;Password=…).";
        }
    }
}
