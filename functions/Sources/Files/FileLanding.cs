using System.Security.Cryptography;
using Pipeline.Domain.Files;
using Pipeline.Domain.Ports;
using Pipeline.Domain.Segments;
using Pipeline.Transforms.Files;
using Pipeline.Transforms.Segments;

namespace Pipeline.Sources.Files;

/// <summary>Cuts a dropped file into segments and writes their objects; nothing of it is in the ledger yet.</summary>
/// <remarks>Memory is bounded by one segment, whatever the file's size.</remarks>
public sealed class FileLanding(IObjectStore drop, IObjectStore segments, DropOptions options)
{
    private const int TagBytes = 8;

    /// <summary>Reads the file once and writes its segments under keys of this try.</summary>
    /// <param name="stamp">What its records carry as their time.</param>
    /// <returns>What the ledger is to be told; empty for a file without records.</returns>
    /// <exception cref="FileTooLongException">It has more positions than a file can have.</exception>
    /// <exception cref="IOException">Reading broke off.</exception>
    /// <exception cref="Domain.Failures.TransientException">A store is away.</exception>
    /// <exception cref="Domain.Failures.TerminalException">The file is gone, or a store refuses.</exception>
    public async Task<IReadOnlyList<SegmentDraft>> WriteAsync(
        DroppedFile file, IFileCutter cutter, DateTimeOffset stamp, CancellationToken stopping)
    {
        var tag = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TagBytes));
        var drafts = new List<SegmentDraft>();
        await using var stream = await drop.OpenReadAsync(file.Key, stopping);
        using var writer = new SegmentWriter();
        var (first, next) = (0L, 0L);
        await foreach (var piece in cutter.CutAsync(stream, stopping))
        {
            if (writer.RawBytes >= options.SegmentBytes) await FlushAsync();
            if (writer.Records == 0) first = piece.Position;
            next = piece.Position + Math.Max(1, piece.Length);
            if (next > DroppedFile.MaxLength) throw new FileTooLongException();
            writer.Append(new RawRecord(
                file.PositionOf(piece.Position), stamp.ToUnixTimeMilliseconds(), piece.Header, HasKey: true, piece.Value,
                HasValue: true));
        }
        if (writer.Records > 0) await FlushAsync();
        return drafts;

        async Task FlushAsync()
        {
            var content = writer.Finish();
            var key = file.KeyOf(drafts.Count, tag);
            await segments.PutAsync(key, content, stopping);
            drafts.Add(new(
                file.Dataset, file.Shard, new(file.PositionOf(first), file.PositionOf(next)), Epoch: 0, key, writer.Records, writer.RawBytes,
                content.Length, LastTimestampMs: null));
            writer.Reset();
        }
    }

    /// <summary>Whether the store still has the file as the listing had it: what was read is what the ledger numbered.</summary>
    public async Task<bool> IsUnchangedAsync(DroppedFile file, CancellationToken stopping)
    {
        await foreach (var stored in drop.ListAsync(file.Key, null, stopping))
            if (stored.Key == file.Key) return stored.ETag == file.ETag && stored.Bytes == file.Bytes;
        return false;
    }
}

/// <summary>A file has more positions than can be numbered.</summary>
public sealed class FileTooLongException() : Exception($"The file has more than {DroppedFile.MaxLength:N0} positions.");
