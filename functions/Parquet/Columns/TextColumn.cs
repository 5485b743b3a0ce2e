namespace Pipeline.Parquet.Columns;

/// <summary>UTF-8 texts, in full or as numbers of a dictionary.</summary>
public abstract class TextColumn : Column
{
    /// <summary>The text of a row; empty for a null.</summary>
    public abstract ReadOnlySpan<byte> this[int row] { get; }

    /// <summary>Appends a text; the caller has made sure that it is UTF-8.</summary>
    public abstract void Append(ReadOnlySpan<byte> utf8);

    /// <summary>Appends texts that lie in one run of bytes; the caller has made sure that they are UTF-8.</summary>
    /// <param name="run">Texts that lie 32 bytes or more before its end are copied and compared fastest.</param>
    public abstract void Append(ReadOnlySpan<byte> run, ReadOnlySpan<TextPlace> places);

    /// <summary>The same rows as texts in full, independent of any dictionary.</summary>
    public Utf8Column ToPlain()
    {
        var plain = new Utf8Column();
        for (var row = 0; row < Count; row++)
        {
            if (IsNull(row)) plain.AppendNull();
            else plain.Append(this[row]);
        }
        return plain;
    }
}
