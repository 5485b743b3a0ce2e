using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Pipeline.LocalHost.Settings;

/// <summary>This host's own settings, section <c>LocalHost</c>.</summary>
internal sealed record LocalHostSettings
{
    /// <summary>Addresses to listen on, semicolon separated; loopback alone unless a key is configured.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:7071";

    /// <summary>How long invocations may run on after the host was told to stop.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Connection string of the database that holds the host's state (schema localhost); null runs without.</summary>
    public string? Postgres { get; init; }

    /// <summary>Keys of HTTP functions.</summary>
    public required HttpKeys Keys { get; init; }

    /// <summary>The section; every wrong value is a fault.</summary>
    public static LocalHostSettings Read(IConfiguration configuration, StartFaults faults)
    {
        var section = configuration.GetSection("LocalHost");
        var keys = HttpKeys.Read(section.GetSection("Keys"));
        var urls = section["Urls"] ?? configuration["ASPNETCORE_URLS"] ?? "http://127.0.0.1:7071";
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (!keys.Any && !IsLoopback(url))
                faults.Add($"The host may not listen on '{url}' without a key: set LocalHost:Keys:default, or listen on 127.0.0.1 alone.");

        var drain = TimeSpan.FromSeconds(25);
        if (section["DrainTimeout"] is { } text
            && !(TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out drain) && drain >= TimeSpan.Zero))
            faults.Add($"LocalHost:DrainTimeout '{text}' is not a time; write hh:mm:ss.");
        return new LocalHostSettings { Urls = urls, DrainTimeout = drain, Postgres = Database(section["Postgres"], faults), Keys = keys };
    }

    private static string? Database(string? text, StartFaults faults)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        try
        {
            var parsed = new NpgsqlConnectionStringBuilder(text);
            var local = parsed.Host is null || parsed.Host.StartsWith('/') || IsLoopbackHost(parsed.Host);
            if (!local && parsed.SslMode < SslMode.Require)
                faults.Add("LocalHost:Postgres is on another machine without TLS; add 'SSL Mode=VerifyFull' (or Require).");
            return text;
        }
        catch (ArgumentException wrong)
        {
            faults.Add($"LocalHost:Postgres is not a connection string: {wrong.Message}");
            return null;
        }
    }

    private static bool IsLoopback(string url) => Uri.TryCreate(url, UriKind.Absolute, out var address) && IsLoopbackHost(address.Host);

    private static bool IsLoopbackHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
