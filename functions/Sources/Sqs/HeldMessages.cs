using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipeline.Domain.Failures;

namespace Pipeline.Sources.Sqs;

/// <summary>Messages that were received and are not landed yet: kept hidden from others until they are.</summary>
internal sealed class HeldMessages(SqsQueue queue, string name, int visibilitySeconds, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> hiddenAt = new();
    private readonly CancellationTokenSource ending = new();
    private Task keeping = Task.CompletedTask;

    /// <summary>Begins to keep them hidden.</summary>
    public void Begin() => keeping = KeepAsync();

    /// <summary>Takes messages that were received at this moment.</summary>
    public void Add(IReadOnlyList<SqsMessage> messages)
    {
        var now = time.GetUtcNow();
        foreach (var message in messages) hiddenAt[message.Receipt] = now;
    }

    /// <summary>Lets messages go.</summary>
    public void Remove(IReadOnlyList<string> receipts)
    {
        foreach (var receipt in receipts) hiddenAt.TryRemove(receipt, out _);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await keeping;
        ending.Dispose();
    }

    /// <remarks>One that is not kept hidden is delivered twice and landed once: a failure here is worth a line, and nothing more.</remarks>
    private async Task KeepAsync()
    {
        var third = TimeSpan.FromSeconds(visibilitySeconds / 3.0);
        using var timer = new PeriodicTimer(third, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token)) await HideAsync(third);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return;
        }
    }

    private async Task HideAsync(TimeSpan age)
    {
        var now = time.GetUtcNow();
        string[] old = [.. hiddenAt.Where(each => now - each.Value >= age).Select(each => each.Key)];
        try
        {
            var left = await queue.HideAsync(old, visibilitySeconds, ending.Token);
            if (left > 0) Log.Left(log, name, left, "kept hidden");
            foreach (var receipt in old) hiddenAt.TryUpdate(receipt, now, hiddenAt.GetValueOrDefault(receipt));
        }
        catch (Exception error) when (error is TransientException or TerminalException)
        {
            Log.NotHidden(log, name, error.Message);
        }
    }
}
