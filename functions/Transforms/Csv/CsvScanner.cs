using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Transforms.Csv;

/// <summary>Finds records and fields of CSV (RFC 4180 and its relatives), 64 bytes at a time, a few records at a time.</summary>
/// <remarks>
/// A record ends at a carriage return, a line feed, or both; blank lines are skipped. A field that begins with a quote ends at the next
/// quote that is not doubled, and a delimiter or a line break follows. What breaks these rules is refused line by line: the record is the
/// one line that it begins in, and reading goes on with the next line. So an unclosed quote costs its line, not the file, a verdict depends
/// on the record and on at most <c>maxRecordBytes</c> behind its start, and cutting the file between two records changes none. No line is
/// read more than twice for another one's sake: where one record is inside of quotes at a line's beginning and at its end, a record that
/// begins there is not.
/// </remarks>
/// <param name="maxRecordBytes">Bytes a record may have without its line break.</param>
internal sealed partial class CsvScanner(byte delimiter, int maxRecordBytes)
{
    /// <summary>Records found in one go.</summary>
    public const int Capacity = 128;

    private const int BlockBytes = 64;

    private readonly CsvRecord[] records = new CsvRecord[Capacity + 1];       // one with a fault can come on top
    private int[] ends = new int[Capacity * 16];
    private int endCount;       // the first one is the place before the first record
    private int count;
    private int next;           // the block to be read
    private int end;
    private int recordStart;
    private int recordFirst;
    private ulong isInside;     // all bits when the block begins inside of quotes
    private ulong wasSeparator; // bit 0: the byte before the block is a delimiter, a line break or a quote
    private ulong wasClosing;   // bit 0: that byte is a closing quote

    /// <summary>The records found last.</summary>
    public ReadOnlySpan<CsvRecord> Records => records.AsSpan(0, count);

    /// <summary>Where fields end, one place in front of the first record: a field begins behind the end before its own.</summary>
    public ReadOnlySpan<int> Ends => ends.AsSpan(0, endCount);

    /// <summary>Whether a quote was among what was read since the scanner began.</summary>
    public bool HasQuotes { get; private set; }

    /// <summary>Whether a doubled quote was.</summary>
    public bool HasDoubledQuotes { get; private set; }

    /// <summary>Begins at a record.</summary>
    /// <param name="start">Where it begins in the run.</param>
    /// <param name="stop">Where the text ends; the run has a line feed there and 64 bytes more.</param>
    public void Begin(int start, int stop)
    {
        end = stop;
        (HasQuotes, HasDoubledQuotes) = (false, false);
        (count, endCount) = (0, 0);
        Restart(start);
    }

    /// <summary>Finds the next records, at most <see cref="Capacity"/> and one with a fault, which is the last of them.</summary>
    /// <returns>False when there is none.</returns>
    public bool Read(ReadOnlySpan<byte> run)
    {
        KeepOpenRecord();
        while (next <= end)
        {
            if (!TryBlock(run, out var isFaulty)) return true;
            // The last byte read may be the carriage return of the record's line break.
            if (!isFaulty && (next > end || next - recordStart - 1 <= maxRecordBytes)) continue;
            Fail(run);
            return true;
        }
        if (recordStart <= end) Fail(run);
        return count != 0;
    }

    private void Restart(int start)
    {
        (next, recordStart, recordFirst) = (start, start, endCount + 1);
        (isInside, wasSeparator, wasClosing) = (0, 1, 0);
        if (endCount == ends.Length) Array.Resize(ref ends, ends.Length * 2);
        ends[endCount++] = start - 1;
    }

    /// <summary>Forgets the records; what is known of the one that has not ended stays.</summary>
    private void KeepOpenRecord()
    {
        count = 0;
        var from = recordFirst - 1;
        ends.AsSpan(from, endCount - from).CopyTo(ends);
        (endCount, recordFirst) = (endCount - from, 1);
    }

    /// <summary>Reads a block.</summary>
    /// <param name="isFaulty">The record that has not ended has a fault in this block.</param>
    /// <returns>False when it has more records than there is room for; it is read anew then.</returns>
    private bool TryBlock(ReadOnlySpan<byte> run, out bool isFaulty)
    {
        var block = Masks.Load(ref Unsafe.Add(ref MemoryMarshal.GetReference(run), next), delimiter);
        var live = end - next >= BlockBytes - 1 ? ulong.MaxValue : (1UL << (end - next + 1)) - 1;
        var separators = block.Delimiters | block.Feeds | block.Returns | block.Quotes;
        ulong inside = 0, closes = 0, bad = 0;
        var hasDoubled = false;
        if ((block.Quotes | isInside | wasClosing) != 0)
        {
            inside = PrefixXor(block.Quotes) ^ isInside;
            var opens = block.Quotes & inside;
            closes = block.Quotes & ~inside;
            var behindClosing = (closes << 1) | wasClosing;
            bad = ((opens & ~((separators << 1) | wasSeparator)) | (behindClosing & ~separators)) & live;
            hasDoubled = (opens & behindClosing) != 0;
        }
        // A carriage return in front of a line feed is a part of that line break.
        var beforeFeed = (block.Feeds >> 1) | (run[next + BlockBytes] == (byte)'\n' ? 1UL << 63 : 0);
        var breaks = (block.Feeds | (block.Returns & ~beforeFeed)) & ~inside & live;
        var structure = (breaks | block.Delimiters) & ~inside & live;
        isFaulty = bad != 0;
        if (isFaulty)
        {
            var before = (bad & (0 - bad)) - 1;
            (breaks, structure) = (breaks & before, structure & before);
        }
        if (count + BitOperations.PopCount(breaks) > Capacity) return false;

        HasQuotes |= (block.Quotes & live) != 0;
        HasDoubledQuotes |= hasDoubled;
        var first = endCount;
        AddEnds(structure);
        for (; breaks != 0; breaks &= breaks - 1)
        {
            var bit = breaks & (0 - breaks);
            var last = first + BitOperations.PopCount(structure & (bit - 1));
            if (!EndRecord(run, last)) return isFaulty = true;
        }
        next += BlockBytes;
        isInside = (ulong)((long)inside >> 63);
        (wasSeparator, wasClosing) = (separators >> 63, closes >> 63);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddEnds(ulong structure)
    {
        if (ends.Length - endCount < BlockBytes) Array.Resize(ref ends, ends.Length * 2);
        ref var room = ref ends[endCount];
        endCount += BitOperations.PopCount(structure);
        while (structure != 0)
        {
            // Eight at once: nearly all blocks have no more, and those written too many are written over.
            for (var i = 0; i < 8; i++)
            {
                Unsafe.Add(ref room, i) = next + BitOperations.TrailingZeroCount(structure);
                structure &= structure - 1;
            }
            room = ref Unsafe.Add(ref room, 8);
        }
    }

    /// <summary>Ends the open record.</summary>
    /// <param name="last">Which of the ends is its last field's.</param>
    /// <returns>False when it is too large.</returns>
    private bool EndRecord(ReadOnlySpan<byte> run, int last)
    {
        var place = ends[last];
        var stop = place > recordStart && run[place] == (byte)'\n' && run[place - 1] == (byte)'\r' ? place - 1 : place;
        if (stop - recordStart > maxRecordBytes) return false;
        if (stop != recordStart) records[count++] = new(recordStart, stop, recordFirst, last - recordFirst + 1);
        (recordStart, recordFirst) = (place + 1, last + 1);
        return true;
    }

    /// <summary>Bit i is the parity of the bits up to i.</summary>
    private static ulong PrefixXor(ulong bits)
    {
        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ (bits << 32);
    }

    /// <summary>Which bytes of a block are what.</summary>
    private readonly record struct Masks(ulong Delimiters, ulong Quotes, ulong Feeds, ulong Returns)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Masks Load(ref byte first, byte delimiter)
        {
            var low = Vector256.LoadUnsafe(ref first);
            var high = Vector256.LoadUnsafe(ref first, (nuint)Vector256<byte>.Count);
            return new(Of(low, high, delimiter), Of(low, high, (byte)'"'), Of(low, high, (byte)'\n'), Of(low, high, (byte)'\r'));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static ulong Of(Vector256<byte> low, Vector256<byte> high, byte wanted)
        {
            var all = Vector256.Create(wanted);
            return Vector256.Equals(low, all).ExtractMostSignificantBits()
                | ((ulong)Vector256.Equals(high, all).ExtractMostSignificantBits() << 32);
        }
    }
}
