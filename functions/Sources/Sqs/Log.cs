using Microsoft.Extensions.Logging;

namespace Pipeline.Sources.Sqs;

/// <summary>What draining writes to the log.</summary>
internal static partial class Log
{
    [LoggerMessage(1201, LogLevel.Information,
        "Landed {Landed} messages of {Queue} as one segment; {Known} were landed before, {Dead} went to the dead letter queue.")]
    internal static partial void Landed(ILogger log, string queue, int landed, int known, int dead);

    [LoggerMessage(1202, LogLevel.Warning, "{Messages} messages of {Queue} arrived otherwise than they were sent; they will come again.")]
    internal static partial void Damaged(ILogger log, string queue, int messages);

    [LoggerMessage(1203, LogLevel.Warning, "{Messages} messages of {Queue} could not be {What}; they may come again, and are known then.")]
    internal static partial void Left(ILogger log, string queue, int messages, string what);

    [LoggerMessage(1204, LogLevel.Warning,
        "{Messages} refused messages of {Queue} did not fit its dead letter queue; they are landed and end in quarantine.")]
    internal static partial void NotBuried(ILogger log, string queue, int messages);

    [LoggerMessage(1205, LogLevel.Warning, "Queue {Queue} could not be drained: {Reason}")]
    internal static partial void Stopped(ILogger log, string queue, string reason);

    [LoggerMessage(1206, LogLevel.Warning, "Messages of {Queue} could not be kept hidden ({Reason}); they may come again, and are known then.")]
    internal static partial void NotHidden(ILogger log, string queue, string reason);
}
