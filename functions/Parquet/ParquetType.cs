namespace Pipeline.Parquet;

/// <summary>The column types this writer knows.</summary>
public enum ParquetKind
{
    /// <summary>UTF-8 text: <see cref="Columns.Utf8Column"/> or <see cref="Columns.Utf8DictionaryColumn"/>.</summary>
    Utf8,

    /// <summary>A JSON value as its text: the same columns as <see cref="Utf8"/>.</summary>
    Json,

    /// <summary>A 64-bit signed integer: <c>FixedColumn&lt;long&gt;</c>.</summary>
    Int64,

    /// <summary>An IEEE 754 double: <c>FixedColumn&lt;double&gt;</c>.</summary>
    Float64,

    /// <summary>True or false: <c>FixedColumn&lt;bool&gt;</c>.</summary>
    Bool,

    /// <summary>An exact number, unscaled: <c>FixedColumn&lt;Int128&gt;</c>.</summary>
    Decimal,

    /// <summary>Microseconds since 1970-01-01T00:00:00Z: <c>FixedColumn&lt;long&gt;</c>.</summary>
    Timestamp,

    /// <summary>Days since 1970-01-01: <c>FixedColumn&lt;int&gt;</c>.</summary>
    Date,
}

/// <summary>How values are laid out in pages (parquet.thrift, <c>Type</c>).</summary>
internal enum PhysicalType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Double = 5,
    ByteArray = 6,
    FixedLenByteArray = 7,
}

/// <summary>A column's type in a file.</summary>
/// <remarks>https://github.com/apache/parquet-format/blob/master/LogicalTypes.md</remarks>
public readonly record struct ParquetType
{
    private ParquetType(ParquetKind kind, int precision = 0, int scale = 0) => (Kind, Precision, Scale) = (kind, precision, scale);

    /// <summary>What the values are.</summary>
    public ParquetKind Kind { get; }

    /// <summary>Decimal digits in all, 1 to 38; 0 for the other kinds.</summary>
    public int Precision { get; }

    /// <summary>Decimal digits after the point, 0 to <see cref="Precision"/>; 0 for the other kinds.</summary>
    public int Scale { get; }

    /// <inheritdoc cref="ParquetKind.Utf8"/>
    public static ParquetType Utf8 => new(ParquetKind.Utf8);

    /// <inheritdoc cref="ParquetKind.Json"/>
    public static ParquetType Json => new(ParquetKind.Json);

    /// <inheritdoc cref="ParquetKind.Int64"/>
    public static ParquetType Int64 => new(ParquetKind.Int64);

    /// <inheritdoc cref="ParquetKind.Float64"/>
    public static ParquetType Float64 => new(ParquetKind.Float64);

    /// <inheritdoc cref="ParquetKind.Bool"/>
    public static ParquetType Bool => new(ParquetKind.Bool);

    /// <inheritdoc cref="ParquetKind.Timestamp"/>
    public static ParquetType Timestamp => new(ParquetKind.Timestamp);

    /// <inheritdoc cref="ParquetKind.Date"/>
    public static ParquetType Date => new(ParquetKind.Date);

    /// <summary>An exact number of <paramref name="precision"/> digits, <paramref name="scale"/> of them after the point.</summary>
    /// <exception cref="ArgumentException">Not 1 to 38 digits, or more digits after the point than in all.</exception>
    public static ParquetType Decimal(int precision, int scale)
    {
        if (precision is < 1 or > 38) throw new ArgumentException($"decimal({precision},{scale}): the precision is 1 to 38 digits.");
        if (scale < 0 || scale > precision) throw new ArgumentException($"decimal({precision},{scale}): the scale is 0 to the precision.");
        return new(ParquetKind.Decimal, precision, scale);
    }

    /// <summary>How the values are laid out.</summary>
    internal PhysicalType Physical => Kind switch
    {
        ParquetKind.Utf8 or ParquetKind.Json => PhysicalType.ByteArray,
        ParquetKind.Int64 or ParquetKind.Timestamp => PhysicalType.Int64,
        ParquetKind.Float64 => PhysicalType.Double,
        ParquetKind.Bool => PhysicalType.Boolean,
        ParquetKind.Date => PhysicalType.Int32,
        _ => Precision <= 9 ? PhysicalType.Int32 : Precision <= 18 ? PhysicalType.Int64 : PhysicalType.FixedLenByteArray,
    };

    /// <summary>Bytes that hold every decimal of this precision in two's complement.</summary>
    internal int DecimalBytes => (int)Math.Ceiling((Precision * Math.Log2(10) + 1) / 8);

    /// <summary>The smallest power of ten that has more digits than the precision; 0 for the other kinds.</summary>
    internal Int128 DecimalLimit
    {
        get
        {
            Int128 limit = Precision == 0 ? 0 : 1;
            for (var digit = 0; digit < Precision; digit++) limit *= 10;
            return limit;
        }
    }

    /// <summary>The type as a contract writes it: <c>utf8</c>, <c>decimal(18,4)</c>.</summary>
    public override string ToString() => Kind == ParquetKind.Decimal ? $"decimal({Precision},{Scale})" : Kind.ToString().ToLowerInvariant();
}
