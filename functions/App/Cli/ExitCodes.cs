namespace Pipeline.App.Cli;

/// <summary>How a verb ended, for scripts and for CronJobs.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and nothing is wrong.</summary>
    public const int Done = 0;

    /// <summary>A person must act: the verb was refused, or it found faults. Standard error says what and how.</summary>
    public const int Fault = 1;

    /// <summary>The arguments are wrong; standard error has the usage.</summary>
    public const int Usage = 2;

    /// <summary>A system it needs is away; the same call may do later.</summary>
    public const int Away = 3;

    /// <summary>Ctrl-C, as shells have it: 128 and the signal's number.</summary>
    public const int Interrupted = 130;
}
