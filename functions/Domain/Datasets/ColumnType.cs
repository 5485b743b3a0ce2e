namespace Pipeline.Domain.Datasets;

/// <summary>The types a contract can give a column (DESIGN 4).</summary>
public enum ColumnKind
{
    /// <summary>UTF-8 text.</summary>
    String,

    /// <summary>A 64-bit signed integer.</summary>
    Int64,

    /// <summary>An IEEE 754 double; NaN and the infinities are not values of it.</summary>
    Float64,

    /// <summary>An exact number of <see cref="ColumnType.Precision"/> digits, <see cref="ColumnType.Scale"/> of them after the point.</summary>
    Decimal,

    /// <summary>True or false.</summary>
    Bool,

    /// <summary>An instant, microseconds since 1970-01-01T00:00:00Z.</summary>
    Timestamp,

    /// <summary>A day of the proleptic Gregorian calendar, days since 1970-01-01.</summary>
    Date,

    /// <summary>A JSON value kept as its text.</summary>
    Json,
}

/// <summary>A column's type as the contract declares it.</summary>
/// <param name="Precision">Decimal digits in all, 1 to 38; 0 for the other kinds.</param>
/// <param name="Scale">Decimal digits after the point, 0 to <paramref name="Precision"/>; 0 for the other kinds.</param>
public readonly record struct ColumnType(ColumnKind Kind, int Precision = 0, int Scale = 0)
{
    /// <summary>The type as a contract writes it: <c>string</c>, <c>decimal(18,4)</c>.</summary>
    public override string ToString() => Kind == ColumnKind.Decimal ? $"decimal({Precision},{Scale})" : Kind.ToString().ToLowerInvariant();
}
