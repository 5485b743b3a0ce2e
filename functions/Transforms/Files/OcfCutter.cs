using System.Runtime.CompilerServices;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Avro.Containers;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Files;

/// <summary>Cuts Avro container files into pieces of whole blocks, as they are in the file.</summary>
/// <remarks>
/// The mark that ends each block finds the next one behind damage, which is a piece of its own of one position: its first MiB, and in the
/// key what is wrong. A file that cannot be read at all is one such piece. What is wrong inside a block is the decoder's to find.
/// </remarks>
public sealed class OcfCutter : IFileCutter
{
    /// <summary>Bytes and data of a piece at which no block is added to it.</summary>
    private const int PieceBytes = 1 << 20, PieceData = 1 << 16;

    /// <inheritdoc/>
    public async IAsyncEnumerable<FileChunk> CutAsync(Stream file, [EnumeratorCancellation] CancellationToken stopping)
    {
        using var window = new FileWindow(file);
        await window.HasAsync(OcfHead.MaxBytes, stopping);
        if (OcfHead.Read(window.Span, out var fault) is not { } head)
        {
            if (window.Length > 0) yield return Unreadable(window, fault);
            yield break;
        }
        window.Drop(head.Bytes);
        var key = head.Header.ToBytes();
        for (var position = 0L; await window.HasAsync(1, stopping);)
        {
            var (bytes, data) = await GatherAsync(window, head.Sync, stopping);
            if (bytes != 0)
            {
                var positions = Math.Max(1, data);       // blocks can be without data
                yield return new(position, positions, key, window.Memory[..bytes]);
                position += positions;
                window.Drop(bytes);
                continue;
            }
            var damage = await PassDamageAsync(window, head.Sync, stopping);
            yield return damage with { Position = position++ };
        }
    }

    private static FileChunk Unreadable(FileWindow window, string fault) => new(
        0, 1, OcfHeader.Damaged(RejectionCode.DamagedFile, fault), window.Memory[..Math.Min(window.Length, PieceBytes)]);

    /// <summary>Finds the whole blocks that the window begins with, one piece's worth.</summary>
    private static async ValueTask<(int Bytes, int Data)> GatherAsync(FileWindow window, byte[] sync, CancellationToken stopping)
    {
        var (bytes, data) = (0, 0);
        while (bytes < PieceBytes && data < PieceData && await BlockAtAsync(window, bytes, sync, stopping) is { } block)
        {
            if (bytes != 0 && bytes + block.Length > PieceBytes) break;
            bytes += block.Length + OcfBlock.SyncBytes;
            data += block.Data;
        }
        return (bytes, data);
    }

    /// <summary>The block that begins at a place of the window and ends with the mark; null when none does.</summary>
    private static async ValueTask<OcfBlock?> BlockAtAsync(FileWindow window, int at, byte[] sync, CancellationToken stopping)
    {
        if (await NumbersAtAsync(window, at, stopping) is not { } block) return null;
        var end = at + block.Length;
        if (!await window.HasAsync(end + OcfBlock.SyncBytes, stopping) || !IsMark(window.Span, end, sync)) return null;
        return HoldsBlocks(window.Span[..end], at, sync) ? null : block;
    }

    private static bool IsMark(ReadOnlySpan<byte> bytes, int at, ReadOnlySpan<byte> sync) => bytes[at..].StartsWith(sync);

    /// <summary>Whether a block is really several, as one is whose number of bytes was damaged to end with a later one: behind a mark in it
    /// whole blocks follow up to its end.</summary>
    private static bool HoldsBlocks(ReadOnlySpan<byte> bytes, int at, ReadOnlySpan<byte> sync)
    {
        var inside = bytes[at..].IndexOf(sync);
        if (inside < 0) return false;
        for (at += inside + sync.Length; at < bytes.Length && OcfBlock.Read(bytes[at..]) is { } block; at += sync.Length)
        {
            at += block.Length;
            if (at == bytes.Length) return true;
            if (at > bytes.Length || !IsMark(bytes, at, sync)) return false;
        }
        return false;
    }

    private static async ValueTask<OcfBlock?> NumbersAtAsync(FileWindow window, int at, CancellationToken stopping)
    {
        await window.HasAsync(at + 2L * Varint.MaxBytes, stopping);
        return at < window.Length ? OcfBlock.Read(window.Span[at..]) : null;
    }

    /// <summary>Passes over the bytes up to where the next block can begin.</summary>
    private static async ValueTask<FileChunk> PassDamageAsync(FileWindow window, byte[] sync, CancellationToken stopping)
    {
        var (from, reason, kept) = (window.Offset, await ReasonAsync(window, stopping), new List<byte>());
        if (await BehindBadMarkAsync(window, sync, stopping) is { } next) Pass(next);
        else
        {
            int found;
            while ((found = window.Span.IndexOf(sync)) < 0)
            {
                var looked = window.Length;
                if (!await window.HasAsync(looked + 1L, stopping)) break;
                Pass(Math.Max(0, looked - sync.Length + 1));
            }
            Pass(found < 0 ? window.Length : found + sync.Length);
        }
        var fault = $"Bytes {from} to {window.Offset - 1} of the file are damaged: {reason}.";
        return new(0, 1, OcfHeader.Damaged(RejectionCode.DamagedBlock, fault), kept.ToArray());

        void Pass(int count)
        {
            kept.AddRange(window.Span[..Math.Min(count, PieceBytes - kept.Count)]);
            window.Drop(count);
        }
    }

    /// <summary>Where the next block begins when nothing but the mark of this one is damaged; null when more is.</summary>
    private static async ValueTask<int?> BehindBadMarkAsync(FileWindow window, byte[] sync, CancellationToken stopping)
    {
        if (await NumbersAtAsync(window, 0, stopping) is not { } block) return null;
        var next = block.Length + OcfBlock.SyncBytes;
        if (await BlockAtAsync(window, next, sync, stopping) is not { } whole) return null;
        return window.Span.IndexOf(sync) == next + whole.Length ? next : null;
    }

    private static async ValueTask<string> ReasonAsync(FileWindow window, CancellationToken stopping)
    {
        if (await NumbersAtAsync(window, 0, stopping) is not { } block)
            return window.Length < 2 * Varint.MaxBytes ? "the file ends there" : "the numbers in front of a block are impossible";
        return await window.HasAsync(block.Length + OcfBlock.SyncBytes, stopping)
            ? "the mark behind a block is not that of the file"
            : "the file ends in the middle of a block";
    }
}
