using Microsoft.Extensions.Logging;

namespace Pipeline.Sources.Files;

/// <summary>What landing files writes to the log.</summary>
internal static partial class Log
{
    [LoggerMessage(1501, LogLevel.Information, "Landed file {Key} of {Dataset} as number {Number}, {Segments} segments, {RawBytes} bytes.")]
    internal static partial void Landed(ILogger log, string dataset, string key, long number, int segments, long rawBytes);

    [LoggerMessage(1502, LogLevel.Warning, "File {Key} of {Dataset} could not be read and is tried again with the next scan: {Reason}")]
    internal static partial void Unread(ILogger log, string dataset, string key, string reason);
}
