using System.Runtime.InteropServices;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Json;

/// <summary>The tokens of a few records that were read and not yet appended, slot by slot, so that each column takes them in one
/// go.</summary>
internal sealed class TokenGroup(int slots)
{
    /// <summary>Records it holds at most.</summary>
    public const int Capacity = 128;

    // One slot more than the plan has: texts that nobody reads are noted there, which is cheaper than asking each time.
    private readonly TokenKind[] kinds = new TokenKind[(slots + 1) * Capacity];
    private readonly TextPlace[] places = new TextPlace[(slots + 1) * Capacity];
    private readonly long[] positions = new long[Capacity];
    private readonly TextPlace[] values = new TextPlace[Capacity];

    /// <summary>Records in it; the one being read is behind them.</summary>
    public int Count { get; private set; }

    /// <summary>The slot that takes what nobody reads.</summary>
    public int Unread => slots;

    public bool IsFull => Count == Capacity;

    /// <summary>The records' positions in their shard.</summary>
    public ReadOnlySpan<long> Positions => positions.AsSpan(0, Count);

    /// <summary>Where the records' bytes lie in the value run.</summary>
    public ReadOnlySpan<TextPlace> Values => values.AsSpan(0, Count);

    /// <summary>Kinds of what the records from one on hold at a path.</summary>
    public ReadOnlySpan<TokenKind> Kinds(int slot, int from, int to) => kinds.AsSpan(slot * Capacity + from, to - from);

    /// <summary>Where that lies in the value run.</summary>
    public ReadOnlySpan<TextPlace> Places(int slot, int from, int to) => places.AsSpan(slot * Capacity + from, to - from);

    /// <summary>Kinds of what the records about to be added hold at a path, to be written.</summary>
    public Span<TokenKind> KindRoom(int slot, int records) => kinds.AsSpan(slot * Capacity + Count, records);

    /// <summary>Where that lies in the value run, to be written.</summary>
    public Span<TextPlace> PlaceRoom(int slot, int records) => places.AsSpan(slot * Capacity + Count, records);

    /// <summary>The kinds of the record being read: slot n's stands n times <see cref="Capacity"/> behind.</summary>
    public ref TokenKind CurrentKind => ref kinds[Count];

    /// <summary>The places of the record being read, alike.</summary>
    public ref TextPlace CurrentPlace => ref places[Count];

    /// <summary>What a record holds at a path.</summary>
    public FieldToken Get(int slot, int record)
    {
        var (start, length) = places[slot * Capacity + record];
        return new(kinds[slot * Capacity + record], start, length);
    }

    /// <summary>Notes what the record being read holds at a path.</summary>
    public void Set(int slot, in FieldToken token)
    {
        kinds[slot * Capacity + Count] = token.Kind;
        places[slot * Capacity + Count] = new(token.Start, token.Length);
    }

    /// <summary>Forgets what was noted of the record being read.</summary>
    public void ClearCurrent()
    {
        for (var at = Count; at < kinds.Length; at += Capacity) kinds[at] = TokenKind.Absent;
    }

    /// <summary>Keeps the record that was read.</summary>
    public void Add(long position, int start, int length)
    {
        positions[Count] = position;
        values[Count++] = new(start, length);
    }

    /// <summary>Forgets all records.</summary>
    public void Clear() => Count = 0;

    /// <summary>How many texts without escapes the kinds begin with.</summary>
    public static int LeadingTexts(ReadOnlySpan<TokenKind> kinds)
    {
        var other = MemoryMarshal.Cast<TokenKind, byte>(kinds).IndexOfAnyExcept((byte)TokenKind.String);
        return other < 0 ? kinds.Length : other;
    }
}
