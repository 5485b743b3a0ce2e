namespace Pipeline.LocalHost.Durable.Store;

/// <summary>
/// Writes what several callers ask for in one transaction: whatever is asked for while one is written goes into the next. A caller
/// alone waits for nobody; many at once share one sync to disk.
/// </summary>
/// <param name="write">Writes all or nothing; one answer for each, in order.</param>
/// <param name="bytes">About what one takes.</param>
internal sealed class SharedCommit<T>(Func<IReadOnlyList<T>, Task<IReadOnlyList<bool>>> write, Func<T, long> bytes)
{
    private const int MostItems = 500;
    private const long MostBytes = 16 << 20;

    private readonly Lock gate = new();
    private readonly Queue<Asked> queue = new();
    private bool writing;

    private sealed record Asked(T Item, CancellationToken Cancellation)
    {
        public TaskCompletionSource<bool> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Returns once the item is committed, with what was written of it. A cancelled one may be written nevertheless.</summary>
    public Task<bool> WriteAsync(T item, CancellationToken cancellation)
    {
        var asked = new Asked(item, cancellation);
        lock (gate)
        {
            queue.Enqueue(asked);
            if (!writing) _ = Task.Run(WriteAllAsync, CancellationToken.None);
            writing = true;
        }
        return asked.Answer.Task.WaitAsync(cancellation);
    }

    private async Task WriteAllAsync()
    {
        while (Next() is { Count: > 0 } batch) await WriteAsync(batch);
    }

    private List<Asked> Next()
    {
        var batch = new List<Asked>();
        long taken = 0;
        lock (gate)
        {
            while (batch.Count < MostItems && taken < MostBytes && queue.TryDequeue(out var next))
            {
                if (next.Cancellation.IsCancellationRequested) continue;   // its caller is gone, and nothing of it was written
                taken += bytes(next.Item);
                batch.Add(next);
            }
            writing = batch.Count > 0;
        }
        return batch;
    }

    // An outage fails all of them, and their callers ask again; what the database refuses for its content fails alone.
    private async Task WriteAsync(List<Asked> batch)
    {
        try
        {
            var answers = await write([.. batch.Select(asked => asked.Item)]);
            for (var i = 0; i < batch.Count; i++) batch[i].Answer.SetResult(answers[i]);
        }
        catch (Exception error) when (batch.Count == 1 || Outage.IsTransient(error))
        {
            foreach (var asked in batch) asked.Answer.SetException(error);
        }
        catch (Exception)
        {
            foreach (var asked in batch) await WriteAsync([asked]);
        }
    }
}
