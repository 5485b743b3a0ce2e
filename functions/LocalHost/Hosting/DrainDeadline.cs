using Microsoft.Extensions.Hosting;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Hosting;

/// <summary>When the invocations still running are asked to end, after the host was told to stop.</summary>
internal sealed class DrainDeadline : IDisposable
{
    private readonly CancellationTokenSource deadline;
    private readonly CancellationTokenRegistration registration;

    public DrainDeadline(IHostApplicationLifetime lifetime, LocalHostSettings settings, TimeProvider time)
    {
        deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        registration = lifetime.ApplicationStopping.Register(() => deadline.CancelAfter(settings.DrainTimeout));
    }

    /// <summary>Fires at the deadline.</summary>
    public CancellationToken Token => deadline.Token;

    public void Dispose()
    {
        registration.Dispose();
        deadline.Dispose();
    }
}
