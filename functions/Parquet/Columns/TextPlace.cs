namespace Pipeline.Parquet.Columns;

/// <summary>Where a text lies in a run of bytes.</summary>
public readonly record struct TextPlace(int Start, int Length);
