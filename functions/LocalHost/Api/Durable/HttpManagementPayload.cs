namespace Microsoft.Azure.Functions.Worker;

/// <summary>Where to ask about an orchestration instance and to steer it.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-http-api</remarks>
public class HttpManagementPayload
{
    /// <summary>The instance's id.</summary>
    public string? Id { get; internal set; }

    /// <summary>GET: its status.</summary>
    public string? StatusQueryGetUri { get; internal set; }

    /// <summary>POST: an event for it; replace {eventName}.</summary>
    public string? SendEventPostUri { get; internal set; }

    /// <summary>POST: ends it; replace {text}.</summary>
    public string? TerminatePostUri { get; internal set; }

    /// <summary>DELETE: its history.</summary>
    public string? PurgeHistoryDeleteUri { get; internal set; }

    /// <summary>POST: starts it again.</summary>
    public string? RestartPostUri { get; internal set; }

    /// <summary>POST: holds it; replace {text}.</summary>
    public string? SuspendPostUri { get; internal set; }

    /// <summary>POST: lets it go on; replace {text}.</summary>
    public string? ResumePostUri { get; internal set; }
}
