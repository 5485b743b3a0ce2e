using Microsoft.Extensions.Logging;

namespace Pipeline.Sources.Facebook;

/// <summary>What the source writes to the log; never an address, which may hold a token.</summary>
internal static partial class Log
{
    [LoggerMessage(1101, LogLevel.Warning, "Meta warns about API version {Version}: {Warning}")]
    internal static partial void VersionWarning(ILogger log, string version, string warning);

    [LoggerMessage(1102, LogLevel.Warning, "Meta answered version {Asked} with version {Answered}: the asked one has ended. Raise Facebook:Version.")]
    internal static partial void OtherVersion(ILogger log, string asked, string answered);
}
