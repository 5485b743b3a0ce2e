using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Pipeline.Domain.Publications;
using Pipeline.Transforms.Segments;

namespace Pipeline.Transforms.Json;

/// <summary>Reads one record's syntax (RFC 8259) in a single pass and notes where the contract's fields lie.</summary>
/// <remarks>
/// The run is one block's values, each followed by a line feed. A line feed inside a text is a fault, so no text can run over the end
/// of its
/// record, and every other loop stops at a byte that is none of its own: the end is compared only where white space is skipped.
/// The first fault in byte order is reported. UTF-8 has been validated before. The run is padded (<see cref="SegmentBlock.Padded"/>): a
/// vector can be loaded at any place up to a record's line feed.
/// </remarks>
internal sealed partial class JsonScanner
{
    /// <summary>Names beside the contract's that are learned, and bytes of one at most.</summary>
    private const int MaxLearned = 128, MaxLearnedBytes = 64;

    private readonly JsonDecodePlan plan;
    private readonly TokenGroup group;
    private readonly PlanNode root;
    private readonly int firstLearned;
    private readonly long[] seen;
    private readonly KeySet keys = new();
    private readonly List<PlanNode> learned = [];
    private readonly int[] news;
    private int newsCount;
    private readonly List<(PlanNode Parent, KeyPlace Key)> unknown = [];
    private byte[] decoded = [];
    private int decodedBytes;
    private long record;
    private long objects;
    private int end;
    private bool notes;

    /// <summary>A scanner that notes into a group.</summary>
    public JsonScanner(JsonDecodePlan plan, TokenGroup group)
    {
        (this.plan, this.group) = (plan, group);
        (root, var nodes) = plan.NewTree();
        firstLearned = nodes;
        seen = new long[nodes + MaxLearned];
        news = new int[seen.Length + 1];
    }

    /// <summary>The fault found.</summary>
    public RejectionCode Code { get; private set; }

    /// <summary>Where in the run it was found.</summary>
    public int At { get; private set; }

    /// <summary>Path of the key that is there twice; empty for other faults and for keys the contract does not name.</summary>
    public string Field { get; private set; } = "";

    /// <summary>Reads a record into the group's next place.</summary>
    /// <param name="run">The value run; a line feed stands behind the record.</param>
    /// <param name="forShape">Whether to note what <see cref="TryTakeShape"/> needs.</param>
    /// <returns>True for one JSON object and nothing else.</returns>
    public bool Scan(ReadOnlySpan<byte> run, int start, int length, bool forShape)
    {
        notes = forShape;
        group.ClearCurrent();
        unknown.Clear();
        newsCount = 0;
        places.Clear();
        hasContainer = false;
        keys.Begin(objects + 1);
        record++;
        (decodedBytes, end, Field) = (0, start + length, "");
        if (run[start..end].StartsWith("\uFEFF"u8)) start += 3;

        var at = Space(run, start);
        if (at == end) return Refuse(RejectionCode.MalformedJson, at);
        var isObject = run[at] == (byte)'{';
        at = isObject ? Object(run, at, root, 1) : Value(run, at, null, 0);
        if (at < 0) return false;
        at = Space(run, at);
        if (at != end) return Refuse(RejectionCode.MalformedJson, at);
        return isObject || Refuse(RejectionCode.NotAnObject, at);
    }

    /// <summary>Counts the fields of the last record that the contract does not name, and learns their names: in the next record they are
    /// found as the contract's are.</summary>
    public void TakeUnknown(ReadOnlySpan<byte> run, UnknownFieldCounter counter)
    {
        foreach (var id in news.AsSpan(0, newsCount)) learned[id - firstLearned].Uncounted++;
        foreach (var (parent, key) in unknown)
        {
            var name = key.In(run, decoded);
            if (parent.HasNews) counter.Count(parent.Path, name);
            if (learned.Count < MaxLearned && key is { IsDecoded: false, Length: <= MaxLearnedBytes })
                learned.Add(parent.Learn(firstLearned + learned.Count, name, group.Unread));
        }
    }

    /// <summary>Counts the learned fields of the records since the last time.</summary>
    public void CountLearned(UnknownFieldCounter counter)
    {
        foreach (var node in learned)
        {
            if (node.Uncounted != 0) counter.Count(node.Parent!.Path, node.LearnedName, node.Uncounted);
            node.Uncounted = 0;
        }
    }

    private int Value(ReadOnlySpan<byte> run, int at, PlanNode? node, int depth)
    {
        switch (run[at])
        {
            case (byte)'"':
                var close = Text(run, at + 1, out var escaped);
                if (close < 0) return close;
                if (!escaped) return Plain(at + 1, close, node);
                if (notes) Note(at + 1, close - at - 1, node, true);
                if (node is not null) Leaf(node, new(TokenKind.EscapedString, at + 1, close - at - 1));
                return close + 1;
            case (byte)'{': return Container(Object(run, at, node, depth + 1), node, TokenKind.Object, at);
            case (byte)'[': return Container(List(run, at, depth + 1), node, TokenKind.Array, at);
            case (byte)'t': return Literal(run, at, node, "true"u8, TokenKind.True);
            case (byte)'f': return Literal(run, at, node, "false"u8, TokenKind.False);
            case (byte)'n': return Literal(run, at, node, "null"u8, TokenKind.Null);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'): return Number(run, at, node);
            default: return Unexpected(at);
        }
    }

    private int Object(ReadOnlySpan<byte> run, int at, PlanNode? node, int depth)
    {
        if (depth > plan.MaxDepth) return Fail(RejectionCode.TooDeep, at);
        ref var first = ref MemoryMarshal.GetReference(run);
        var number = ++objects;
        at = Space(run, at + 1);
        if (run[at] == (byte)'}') return at + 1;
        while (true)
        {
            if (run[at] != (byte)'"') return Unexpected(at);
            var escaped = false;
            var close = TextStop(ref first, at + 1);
            if (run[close] != (byte)'"' && (close = Text(run, at + 1, out escaped)) < 0) return close;
            var colon = Space(run, close + 1);
            if (run[colon] != (byte)':') return Unexpected(colon);
            if (!Key(run, at + 1, close - at - 1, escaped, node, number, out var child)) return Fail(RejectionCode.DuplicateKey, at);
            at = Space(run, colon + 1);
            if (run[at] == (byte)'"' && TextStop(ref first, at + 1) is var stop && run[stop] == (byte)'"') at = Plain(at + 1, stop, child);
            else if ((at = Value(run, at, child, depth)) < 0) return at;
            at = Space(run, at);
            if (run[at] == (byte)'}') return at + 1;
            if (run[at] != (byte)',') return Unexpected(at);
            at = Space(run, at + 1);
        }
    }

    /// <summary>Takes a text without escapes.</summary>
    /// <returns>Behind its closing quote.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Plain(int start, int close, PlanNode? node)
    {
        if (notes) Note(start, close - start, node, true);
        if (node is not null) Leaf(node, new(TokenKind.String, start, close - start));
        return close + 1;
    }

    private int List(ReadOnlySpan<byte> run, int at, int depth)
    {
        if (depth > plan.MaxDepth) return Fail(RejectionCode.TooDeep, at);
        at = Space(run, at + 1);
        if (run[at] == (byte)']') return at + 1;
        while (true)
        {
            at = Value(run, at, null, depth);
            if (at < 0) return at;
            at = Space(run, at);
            if (run[at] == (byte)']') return at + 1;
            if (run[at] != (byte)',') return Unexpected(at);
            at = Space(run, at + 1);
        }
    }

    /// <summary>Finds a key's node, and refuses one that the object has already.</summary>
    private bool Key(ReadOnlySpan<byte> run, int start, int length, bool escaped, PlanNode? node, long inObject, out PlanNode? child)
    {
        var key = escaped ? DecodeKey(run.Slice(start, length)) : new(start, length, false);
        child = node?.Find(ref escaped ? ref decoded[key.Start] : ref Unsafe.Add(ref MemoryMarshal.GetReference(run), start), key.Length);
        if (child is null)
        {
            if (!keys.Add(inObject, run, decoded, key)) return false;
            if (node is not null) unknown.Add((node, key));
            return true;
        }
        // Without a branch: whether a record has an optional field cannot be foretold.
        news[newsCount] = child.Id;
        newsCount += child.News;
        if (seen[child.Id] != record)
        {
            seen[child.Id] = record;
            return true;
        }
        Field = child.Path;
        return false;
    }

    private KeyPlace DecodeKey(ReadOnlySpan<byte> key)
    {
        var needed = decodedBytes + key.Length + SegmentBlock.PaddingBytes;
        if (decoded.Length < needed) Array.Resize(ref decoded, Math.Max(256, needed * 2));
        var length = JsonEscapes.Decode(key, decoded.AsSpan(decodedBytes));
        decodedBytes += length;
        return new(decodedBytes - length, length, true);
    }

    private int Container(int next, PlanNode? node, TokenKind kind, int at)
    {
        if (next < 0 || node is null or { LearnedName: not null }) return next;
        hasContainer |= node.Slot >= 0 || kind == TokenKind.Array;
        if (node.Slot >= 0) group.Set(node.Slot, new(kind, at, next - at));
        if (kind == TokenKind.Array) Block(node, kind);
        return next;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Leaf(PlanNode node, FieldToken token)
    {
        group.Set(node.NoteSlot, token);
        if (node.IsParent) Block(node, token.Kind);
    }

    /// <summary>What stands at the node is no object, so the paths below it cannot be read; a null makes them null.</summary>
    private void Block(PlanNode node, TokenKind kind)
    {
        foreach (var slot in node.SlotsBelow) group.Set(slot, new(kind == TokenKind.Null ? TokenKind.Null : TokenKind.Blocked, 0, 0));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Space(ReadOnlySpan<byte> run, int at) => run[at] > (byte)' ' ? at : LongSpace(run, at);

    private int LongSpace(ReadOnlySpan<byte> run, int at)
    {
        while (at < end && run[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        return Math.Min(at, end);
    }

    private int Unexpected(int at) => Fail(at >= end ? RejectionCode.Truncated : RejectionCode.MalformedJson, at);

    private bool Refuse(RejectionCode code, int at) => Fail(code, at) >= 0;

    private int Fail(RejectionCode code, int at)
    {
        (Code, At) = (code, at);
        return -1;
    }
}
