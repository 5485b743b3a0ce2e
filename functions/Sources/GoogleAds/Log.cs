using Microsoft.Extensions.Logging;

namespace Pipeline.Sources.GoogleAds;

/// <summary>What the source writes to the log.</summary>
internal static partial class Log
{
    [LoggerMessage(1201, LogLevel.Debug, "Google answers a query of customer {Customer}; request id {RequestId}.")]
    internal static partial void Query(ILogger log, string customer, string requestId);
}
