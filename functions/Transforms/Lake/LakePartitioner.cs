using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;

namespace Pipeline.Transforms.Lake;

/// <summary>Routes a publication's rows to one Parquet object for each hive folder, within a memory budget.</summary>
/// <remarks>
/// Objects are <c>&lt;dataset&gt;/&lt;column&gt;=&lt;value&gt;/…/&lt;publication&gt;-&lt;n&gt;.parquet</c>, n counting from 0 in order
/// of first
/// appearance. The same batches give the same objects with the same bytes. Disposing aborts the uploads that are not finished.
/// </remarks>
/// <param name="onlyKey">Makes this object and no other, to rebuild one that was lost; null makes all.</param>
public sealed class LakePartitioner(LakeSchema schema, LakeOptions options, IObjectStore lake, long publicationId, string? onlyKey = null)
    : IAsyncDisposable
{
    private readonly LakeEncoder encoder = new(schema, publicationId);
    private readonly FolderNames folders = new(schema);
    private readonly List<LakeFile> open = [];
    private readonly List<PublishedObject> finished = [];
    private readonly RowGroups groups = new();
    private long waitingBytes;
    private int begun;

    /// <summary>The objects finished so far.</summary>
    public IReadOnlyList<PublishedObject> Finished => finished;

    /// <summary>Takes a batch's rows; writes the files that are full, and the largest while all together are over the budget.</summary>
    public async ValueTask AddAsync(RecordBatch batch, CancellationToken stopping)
    {
        if (batch.Rows == 0) return;
        Route(batch);
        foreach (var touched in groups.Touched)
            if (open[touched].WaitingBytes >= options.RowGroupBytes) await WriteAsync(open[touched], stopping);
        while (waitingBytes > options.BudgetBytes) await WriteAsync(open.MaxBy(file => file.WaitingBytes)!, stopping);
        if (open.Count > options.MaxOpenFiles) await FinishOpenAsync(stopping);
    }

    /// <summary>Finishes all files: durable, invisible, in the order of their numbers.</summary>
    public async Task<IReadOnlyList<PublishedObject>> FinishAsync(CancellationToken stopping)
    {
        await FinishOpenAsync(stopping);
        return finished;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        encoder.Dispose();
        foreach (var file in open) await file.DisposeAsync();
    }

    private void Route(RecordBatch batch)
    {
        groups.Begin(batch.Rows);
        for (var row = 0; row < batch.Rows; row++)
        {
            var number = folders.NumberOf(batch, row);
            if (number == open.Count) open.Add(Begin(batch, row));
            groups.Add(row, number);
        }
        groups.End();
        foreach (var number in groups.Touched)
        {
            var file = open[number];
            if (!file.IsWanted) continue;
            waitingBytes -= file.WaitingBytes;
            file.Append(batch, groups.RowsOf(number));
            waitingBytes += file.WaitingBytes;
        }
    }

    private LakeFile Begin(RecordBatch batch, int row)
    {
        var key = $"{schema.Contract.Dataset}/{folders.PathOf(batch, row)}{publicationId}-{begun++}.parquet";
        return new(key, folders.DayOf(batch, row), schema, onlyKey is null || onlyKey == key);
    }

    private async ValueTask WriteAsync(LakeFile file, CancellationToken stopping)
    {
        var bytes = file.WaitingBytes;
        await file.WriteRowGroupAsync(encoder, lake, stopping);
        waitingBytes -= bytes;
    }

    private async ValueTask FinishOpenAsync(CancellationToken stopping)
    {
        foreach (var file in open)
        {
            if (!file.IsWanted) continue;
            waitingBytes -= file.WaitingBytes;
            finished.Add(await file.FinishAsync(encoder, lake, stopping));
            await file.DisposeAsync();
        }
        open.Clear();
        folders.Clear();
    }
}
