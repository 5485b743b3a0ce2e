using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.App.Telemetry;

/// <summary>The form of the log on the console: a line for people, or with <c>Logging:Console:FormatterName</c> = <c>json</c> one JSON
/// object a line, with the event's fields by name.</summary>
/// <remarks>https://learn.microsoft.com/dotnet/core/extensions/console-log-formatter</remarks>
internal static class ConsoleFormat
{
    private const string Setting = "Logging:Console:FormatterName";

    /// <summary>Takes the setting's formatter; without it the host's own stays.</summary>
    public static void AddConsoleFormat(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration[Setting] is not { Length: > 0 } name) return;
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = name);
        builder.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat ??= "yyyy-MM-ddTHH:mm:ss.fffZ";
        });
    }
}
