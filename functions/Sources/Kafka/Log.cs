using Microsoft.Extensions.Logging;

namespace Pipeline.Sources.Kafka;

/// <summary>What landing writes to the log.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "Landed {Records} records of {Dataset} in {Segments} segments, {RawBytes} bytes; {LostRaces} races lost.")]
    internal static partial void Landed(ILogger log, string dataset, int records, int segments, long rawBytes, int lostRaces);

    [LoggerMessage(1002, LogLevel.Warning, "Caught up {Records} records of {Dataset} from {Stream} that no trigger had delivered.")]
    internal static partial void CaughtUp(ILogger log, string dataset, string stream, int records);
}
