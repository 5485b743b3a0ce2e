namespace Pipeline.LocalHost.Hosting;

/// <summary>What starts the invocations of one function.</summary>
internal interface ITriggerListener
{
    /// <summary>Listens until it is told to stop; then starts nothing new, and returns when what runs has ended.</summary>
    Task RunAsync(CancellationToken stopping);
}
