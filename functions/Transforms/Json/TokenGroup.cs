namespace Pipeline.Transforms.Json;

/// <summary>The tokens of a few records that were read and not yet appended, slot by slot, so that each column takes them in one
/// go.</summary>
internal sealed class TokenGroup(int slots)
{
    /// <summary>Records it holds at most.</summary>
    public const int Capacity = 128;

    private readonly FieldToken[] tokens = new FieldToken[slots * Capacity];
    private readonly int[] records = new int[Capacity];

    /// <summary>Records in it; the one being read is behind them.</summary>
    public int Count { get; private set; }

    public bool IsFull => Count == Capacity;

    /// <summary>The numbers of the records in their block.</summary>
    public ReadOnlySpan<int> Records => records.AsSpan(0, Count);

    /// <summary>What the records hold at one path, the record being read included.</summary>
    public Span<FieldToken> Of(int slot) => tokens.AsSpan(slot * Capacity, Capacity);

    /// <summary>Notes what the record being read holds at a path.</summary>
    public void Set(int slot, in FieldToken token) => tokens[slot * Capacity + Count] = token;

    /// <summary>Forgets what was noted of the record being read.</summary>
    public void ClearCurrent()
    {
        for (var at = Count; at < tokens.Length; at += Capacity) tokens[at] = default;
    }

    /// <summary>Keeps the record that was read.</summary>
    public void Add(int record) => records[Count++] = record;

    /// <summary>Forgets all records.</summary>
    public void Clear() => Count = 0;
}
