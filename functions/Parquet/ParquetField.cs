namespace Pipeline.Parquet;

/// <summary>One column of a file.</summary>
/// <param name="Name">As readers see it; case is kept. Not empty, and once in a file.</param>
/// <param name="Type">What its values are.</param>
/// <param name="Nullable">Whether a row may be null (OPTIONAL); otherwise every row has a value (REQUIRED).</param>
public sealed record ParquetField(string Name, ParquetType Type, bool Nullable);

/// <summary>A column by which the rows of every row group are ordered.</summary>
/// <param name="Field">Name of the field.</param>
/// <param name="Descending">Largest value first.</param>
/// <param name="NullsFirst">Nulls before all values.</param>
public sealed record ParquetSortColumn(string Field, bool Descending = false, bool NullsFirst = false);
