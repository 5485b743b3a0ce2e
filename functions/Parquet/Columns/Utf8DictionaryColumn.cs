namespace Pipeline.Parquet.Columns;

/// <summary>UTF-8 texts as numbers of a dictionary, which several columns may share; a null row takes the number 0.</summary>
/// <remarks>For columns of few distinct texts: each text is hashed once, where it is decoded, and never again.</remarks>
/// <param name="dictionary">Must not be cleared before every column that uses it is.</param>
public sealed class Utf8DictionaryColumn(Utf8Dictionary dictionary) : TextColumn
{
    private int[] ids = [];

    /// <summary>What the numbers mean.</summary>
    public Utf8Dictionary Dictionary { get; } = dictionary;

    /// <summary>Each row's number in <see cref="Dictionary"/>; 0 where the row is null.</summary>
    public ReadOnlySpan<int> Ids => ids.AsSpan(0, Count);

    /// <inheritdoc/>
    /// <remarks>The numbers only; the dictionary is shared.</remarks>
    public override long ValueBytes => (long)Count * sizeof(int);

    /// <summary>The text of a row; empty for a null.</summary>
    public override ReadOnlySpan<byte> this[int row] => IsNull(row) ? default : Dictionary[ids[row]];

    /// <summary>Appends a text by its number in <see cref="Dictionary"/>.</summary>
    public void Append(int id)
    {
        Store(id);
        Appended();
    }

    /// <summary>Appends a text; the caller has made sure that it is UTF-8.</summary>
    public override void Append(ReadOnlySpan<byte> utf8) => Append(Dictionary.Intern(utf8));

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> run, ReadOnlySpan<TextPlace> places)
    {
        Reserve(places.Length);
        Dictionary.Intern(run, places, ids.AsSpan(Count, places.Length));
        Appended(places.Length);
    }

    /// <inheritdoc/>
    public override Column EmptyLike() => new Utf8DictionaryColumn(Dictionary);

    /// <inheritdoc/>
    public override bool IsLike(Column other) => other is Utf8DictionaryColumn texts && texts.Dictionary == Dictionary;

    /// <inheritdoc/>
    protected override void GatherValues(Column source, ReadOnlySpan<int> rows)
    {
        var texts = (Utf8DictionaryColumn)source;
        Reserve(rows.Length);
        var to = ids.AsSpan(Count, rows.Length);
        var from = texts.Ids;
        if (texts.Dictionary == Dictionary)
        {
            for (var i = 0; i < rows.Length; i++) to[i] = from[rows[i]];
            return;
        }

        for (var i = 0; i < rows.Length; i++) to[i] = texts.IsNull(rows[i]) ? 0 : Dictionary.Intern(texts.Dictionary[from[rows[i]]]);
    }

    /// <inheritdoc/>
    protected override void AppendDefault() => Store(0);

    /// <inheritdoc/>
    protected override void TruncateValues(int count) { }

    private void Store(int id)
    {
        if (Count == ids.Length) Reserve(1);
        ids[Count] = id;
    }

    private void Reserve(int rows)
    {
        if (ids.Length - Count < rows) ColumnMemory.Grow(ref ids, Count, Math.Max(Math.Max(64, ids.Length * 2), checked(Count + rows)));
    }
}
