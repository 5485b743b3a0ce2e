namespace Pipeline.Parquet.Footer;

/// <summary>Where a data page is and what it holds.</summary>
/// <param name="Offset">Where its header begins, from the file's start.</param>
/// <param name="StoredBytes">Header and page as they are in the file.</param>
/// <param name="FirstRow">Its first row, counted in the row group.</param>
/// <param name="Rows">Values and nulls.</param>
/// <param name="FirstValue">Values of the column chunk before it.</param>
/// <param name="Values">Rows that are not null.</param>
internal readonly record struct DataPage(long Offset, int StoredBytes, int FirstRow, int Rows, int FirstValue, int Values);
