using System.Globalization;
using Microsoft.Extensions.Configuration;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.LocalHost.Hosting;

/// <summary>Console logging: one line per event; an error's stack trace below its line, once.</summary>
internal sealed class HostConsole(TimeProvider time) : ConsoleFormatter(Id)
{
    private const string Id = "localhost";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = entry.Formatter(entry.State, entry.Exception);
        textWriter.Write(time.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        textWriter.Write(Level(entry.LogLevel));
        textWriter.Write(entry.Category);
        textWriter.Write(": ");
        textWriter.Write(OneLine(message));
        for (var failure = entry.Exception; failure is not null; failure = failure.InnerException)
        {
            textWriter.Write(failure == entry.Exception ? ": " : " <- ");
            textWriter.Write(failure.GetType().Name);
            textWriter.Write(": ");
            textWriter.Write(OneLine(failure.Message));
        }

        textWriter.WriteLine();
        if (entry is { LogLevel: >= LogLevel.Error, Exception: { } error }) textWriter.WriteLine(error.StackTrace);
    }

    /// <summary>The name the console logger knows this by.</summary>
    public static string FormatterName => Id;

    private static string OneLine(string text) => text.AsSpan().ContainsAny('\r', '\n') ? text.ReplaceLineEndings(" ") : text;

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => " trace ", LogLevel.Debug => " debug ", LogLevel.Information => " info  ", LogLevel.Warning => " warn  ",
        LogLevel.Error => " error ", _ => " fatal ",
    };
}

/// <summary>How logging is set up.</summary>
internal static class HostLogging
{
    /// <summary>The console; ASP.NET Core and hosting speak from warnings on, as in the Functions host.</summary>
    public static ILoggingBuilder AddHostConsole(this ILoggingBuilder logging)
    {
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.Hosting", LogLevel.Warning);
        logging.AddConsole(console => console.FormatterName = HostConsole.FormatterName);
        return logging.AddConsoleFormatter<HostConsole, ConsoleFormatterOptions>();
    }

    /// <summary>host.json's logging.logLevel; it comes after the defaults and wins.</summary>
    public static void AddHostLevels(this ILoggingBuilder logging, IConfigurationSection levels)
    {
        foreach (var level in levels.GetChildren())
            if (Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out var least))
                logging.AddFilter(level.Key.Equals("Default", StringComparison.OrdinalIgnoreCase) ? null : level.Key, least);
    }
}
