using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Discovery;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Hosting;

/// <summary>What the host says before anything else.</summary>
internal static partial class StartupLog
{
    /// <summary>That it is the embedded host, what it found, and what differs here.</summary>
    public static void Write(IServiceProvider services, FunctionCatalog catalog, LocalHostSettings settings)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Host.Startup");
        LogHost(log);
        var running = catalog.All.Except(catalog.Disabled).ToList();
        LogFunctions(log, running.Count, string.Join(", ", running.Select(function => function.Name)));
        if (catalog.Disabled.Count > 0) LogDisabled(log, string.Join(", ", catalog.Disabled.Select(function => function.Name)));
        LogAddress(log, settings.Urls, settings.Keys.Any ? "keys are asked for" : "no key is configured and none is asked for");
    }

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Embedded local host: an API-compatible subset of Azure Functions, the default for a single node")]
    private static partial void LogHost(ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Count} functions: {Functions}")]
    private static partial void LogFunctions(ILogger log, int count, string functions);

    [LoggerMessage(Level = LogLevel.Information, Message = "Disabled by settings: {Functions}")]
    private static partial void LogDisabled(ILogger log, string functions);

    [LoggerMessage(Level = LogLevel.Information, Message = "HTTP on {Urls}; {Keys}")]
    private static partial void LogAddress(ILogger log, string urls, string keys);
}
