using Microsoft.Extensions.Logging;
using Pipeline.Domain.Datasets;
using Pipeline.Domain.Failures;
using Pipeline.Domain.Files;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Domain.Telemetry;
using Pipeline.Transforms.Files;

namespace Pipeline.Sources.Files;

/// <summary>Lands the files that were dropped into a dataset's folder, each once, several at once.</summary>
/// <remarks>Safe to run twice at once and after a crash anywhere: the ledger's row of a file decides which try landed.</remarks>
public sealed class LandDroppedFiles(
    IFileLedger ledger, IObjectStore drop, FileLanding landing, DropOptions options, TimeProvider time, ILogger<LandDroppedFiles> log)
{
    private const int PageFiles = 1000;

    /// <summary>Lists the folder and lands every new file in it that is not being written any more.</summary>
    /// <param name="source">The dataset's source of kind files.</param>
    /// <param name="cutter">Makes the cutter of one file.</param>
    /// <returns>Files landed.</returns>
    /// <exception cref="TransientException">The ledger is away, or the folder cannot be listed: scan again.</exception>
    public async Task<int> RunAsync(string dataset, SourceSpec source, Func<IFileCutter> cutter, CancellationToken stopping)
    {
        var (landed, listedAt) = (0, time.GetUtcNow());
        var shard = ShardNames.Files(source.Folder);
        var prefix = $"{source.Folder}/";
        var final = drop.ListAsync(prefix, null, stopping).Where(stored => FileNames.IsFinal(stored.Key[prefix.Length..]));
        await foreach (var page in final.Chunk(PageFiles).WithCancellation(stopping))
        {
            var waiting = await ledger.SeeAsync(dataset, shard, page, listedAt, stopping);
            var settled = waiting.Where(each => each.SeenBefore || each.ModifiedAt <= listedAt - options.SettleTime);
            await Parallel.ForEachAsync(
                settled, new ParallelOptions { MaxDegreeOfParallelism = options.AtOnce, CancellationToken = stopping },
                async (each, stop) =>
                {
                    if (await TryLandAsync(each, cutter(), stop)) Interlocked.Increment(ref landed);
                });
        }
        await ledger.ForgetVanishedAsync(dataset, listedAt, stopping);
        return landed;
    }

    private async Task<bool> TryLandAsync(WaitingFile waiting, IFileCutter cutter, CancellationToken stopping)
    {
        var file = waiting.File;
        if (!FileNames.IsKey(file.Key))
        {
            await ledger.RefuseAsync(file, "Its name has a backslash, which no object's key can have. Rename it.", stopping);
            return false;
        }
        using var span = Spans.Start("land", file.Dataset);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limited.CancelAfter(options.FileTime);
        IReadOnlyList<SegmentDraft> segments;
        try
        {
            segments = await ReadAsync(waiting, cutter, limited.Token);
        }
        catch (FileTooLongException tooLong)
        {
            await ledger.RefuseAsync(file, $"{tooLong.Message} Split it and drop the parts.", stopping);
            return false;
        }
        catch (Exception error) when (error is IOException or TransientException or TerminalException)
        {
            span.Fail(error);
            Log.Unread(log, file.Dataset, file.Key, error.Message);
            await ledger.FailAsync(file, error.Message, stopping);
            return false;
        }
        catch (OperationCanceledException late) when (!stopping.IsCancellationRequested)
        {
            span.Fail(late);
            var reason = $"It was not read to its end within {options.FileTime:g}. Split it and drop the parts.";
            Log.Unread(log, file.Dataset, file.Key, reason);
            await ledger.FailAsync(file, reason, stopping);
            return false;
        }
        if (!await ledger.LandAsync(file, segments, stopping)) return false;
        Landed.Count(file.Dataset, segments);
        span?.SetTag("pipeline.segments", segments.Count).SetTag("pipeline.raw_bytes", segments.Sum(segment => segment.RawBytes));
        Log.Landed(log, file.Dataset, file.Key, file.Number, segments.Count, segments.Sum(segment => segment.RawBytes));
        return true;
    }

    private async Task<IReadOnlyList<SegmentDraft>> ReadAsync(WaitingFile waiting, IFileCutter cutter, CancellationToken stopping)
    {
        var segments = await landing.WriteAsync(waiting.File, cutter, waiting.ModifiedAt, stopping);
        return await landing.IsUnchangedAsync(waiting.File, stopping)
            ? segments : throw new TransientException("It was replaced or removed while it was read.");
    }
}
