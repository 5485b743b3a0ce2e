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
        if (options.ConnectionString.Length == 0)
            return ValidateOptionsResult.Fail("Set Ledger:ConnectionString (Host=…;Database=…;Username=…;Password=…).");
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString);
            return Network.IsLoopback(connection.Host ?? "") || connection.SslMode >= SslMode.Require
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail("Ledger:ConnectionString leaves this machine without TLS; add SSL Mode=VerifyFull.");
        }
        catch (ArgumentException)
        {
            return ValidateOptionsResult.Fail("Ledger:ConnectionString is not an Npgsql connection string (Host=…;Database=…;Username=…;Password=…).");
        }
    }
}
