using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>host.json, with the environment's AzureFunctionsJobHost__ overrides; keys it does not know are ignored.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-host-json</remarks>
internal sealed record HostSettings
{
    /// <summary>
    /// Longest invocation; null is without end. As on plans with servers of their own, not the consumption plan's 5 minutes.
    /// </summary>
    public TimeSpan? FunctionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>First part of every HTTP function's path; may be empty.</summary>
    public string RoutePrefix { get; init; } = "api";

    /// <summary>extensions.kafka.</summary>
    public KafkaSettings Kafka { get; init; } = new();

    /// <summary>logging.logLevel: categories and levels.</summary>
    public required IConfigurationSection LogLevels { get; init; }

    /// <summary>extensions.durableTask.</summary>
    public required IConfigurationSection DurableTask { get; init; }

    /// <summary>The file in the app's folder; without one, the defaults.</summary>
    public static HostSettings Read(string folder, StartFaults faults)
    {
        var file = Path.Combine(folder, "host.json");
        IConfiguration json;
        try
        {
            json = new ConfigurationBuilder().AddJsonFile(file, optional: true).AddEnvironmentVariables("AzureFunctionsJobHost__").Build();
        }
        catch (InvalidDataException unreadable)
        {
            faults.Add($"host.json is not JSON: {(unreadable.InnerException ?? unreadable).Message}");
            json = new ConfigurationBuilder().Build();
        }

        if (File.Exists(file) && json["version"] is var version && version is not "2.0")
            faults.Add($"host.json says version '{version}'; write \"version\": \"2.0\".");
        return new HostSettings
        {
            FunctionTimeout = Timeout(json["functionTimeout"], faults),
            RoutePrefix = (json["extensions:http:routePrefix"] ?? "api").Trim('/'),
            Kafka = KafkaSettings.Read(json.GetSection("extensions:kafka"), faults),
            LogLevels = json.GetSection("logging:logLevel"),
            DurableTask = json.GetSection("extensions:durableTask"),
        };
    }

    private static TimeSpan? Timeout(string? text, StartFaults faults)
    {
        if (text is null) return TimeSpan.FromMinutes(30);
        if (text == "-1") return null;
        if (TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero) return timeout;
        faults.Add($"host.json: functionTimeout '{text}' is not a time; write hh:mm:ss, or -1 for none.");
        return null;
    }
}
