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
    /// <summary>Rows that are taken before files are finished for being too many: folders that take turns must not each get a file a
    /// row.</summary>
    private const int LeastRows = 4096;

    private readonly LakeEncoder[] encoders =
        [.. Enumerable.Range(0, Math.Max(1, options.Threads)).Select(_ => new LakeEncoder(schema, publicationId))];
    private readonly FolderNames folders = new(schema);
    private readonly FolderCodes codes = new(schema);
    private readonly List<LakeFile> open = [];
    private readonly List<PublishedObject> finished = [];
    private readonly RowGroups groups = new();
    private long waitingBytes;
    private int begun;

    /// <summary>Processors it may use.</summary>
    public int Threads => encoders.Length;

    /// <summary>The objects finished so far.</summary>
    public IReadOnlyList<PublishedObject> Finished => finished;

    /// <summary>Takes a batch's rows; writes the files that are full, and the largest while all together are over the budget.</summary>
    public async ValueTask AddAsync(RecordBatch batch, CancellationToken stopping)
    {
        for (var row = 0; row < batch.Rows;)
        {
            row = Route(batch, row);
            foreach (var touched in groups.Touched)
                if (open[touched].WaitingBytes >= options.RowGroupBytes) await WriteAsync(open[touched], stopping);
            while (waitingBytes > options.BudgetBytes) await WriteAsync(open.MaxBy(file => file.WaitingBytes)!, stopping);
            if (open.Count > options.MaxOpenFiles) await FinishOpenAsync(stopping);
        }
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
        foreach (var encoder in encoders) encoder.Dispose();
        foreach (var file in open) await file.DisposeAsync();
    }

    /// <returns>The first row that is left: where too many files are open, they are finished before others are begun.</returns>
    private int Route(RecordBatch batch, int from)
    {
        groups.Begin(from, batch.Rows);
        var ofRows = codes.Of(batch);
        var row = from;
        for (; row < batch.Rows && (open.Count <= options.MaxOpenFiles || row - from < LeastRows); row++)
        {
            var number = ofRows.IsEmpty ? -1 : codes.Find(ofRows[row]);
            if (number < 0)
            {
                number = folders.NumberOf(batch, row);
                if (!ofRows.IsEmpty) codes.Add(ofRows[row], number);
            }
            if (number == open.Count) open.Add(Begin(batch, row));
            groups.Add(row, number);
        }
        groups.End(row);
        foreach (var number in groups.Touched)
        {
            var file = open[number];
            if (!file.IsWanted) continue;
            waitingBytes -= file.WaitingBytes;
            file.Append(batch, groups.RowsOf(number));
            waitingBytes += file.WaitingBytes;
        }
        return row;
    }

    private LakeFile Begin(RecordBatch batch, int row)
    {
        var key = $"{schema.Contract.Dataset}/{folders.PathOf(batch, row)}{publicationId}-{begun++}.parquet";
        return new(key, folders.DayOf(batch, row), schema, encoders[begun % encoders.Length], onlyKey is null || onlyKey == key);
    }

    private async ValueTask WriteAsync(LakeFile file, CancellationToken stopping)
    {
        var bytes = file.WaitingBytes;
        await file.WriteRowGroupAsync(lake, stopping);
        waitingBytes -= bytes;
    }

    private async ValueTask FinishOpenAsync(CancellationToken stopping)
    {
        var made = new PublishedObject?[open.Count];
        try
        {
            if (encoders is [var only]) await FinishOfAsync(only, made, stopping);
            else await Task.WhenAll(encoders.Select(encoder => Task.Run(() => FinishOfAsync(encoder, made, stopping), stopping)));
        }
        finally
        {
            finished.AddRange(made.OfType<PublishedObject>());
        }
        open.Clear();
        folders.Clear();
        codes.Clear();
        waitingBytes = 0;
    }

    private async Task FinishOfAsync(LakeEncoder encoder, PublishedObject?[] made, CancellationToken stopping)
    {
        for (var i = 0; i < open.Count; i++)
        {
            if (!open[i].IsWanted || open[i].Encoder != encoder) continue;
            made[i] = await open[i].FinishAsync(lake, stopping);
            await open[i].DisposeAsync();
        }
    }
}
