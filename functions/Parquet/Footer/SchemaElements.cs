namespace Pipeline.Parquet.Footer;

/// <summary>Writes the schema (parquet.thrift, <c>SchemaElement</c>): a root and one leaf for each field.</summary>
internal static class SchemaElements
{
    private const int Required = 0, Optional = 1;

    /// <summary>Writes the list as field 2 of the file's metadata.</summary>
    public static void Write(ThriftCompactWriter thrift, IReadOnlyList<ParquetField> fields)
    {
        thrift.BeginList(2, ThriftCompactWriter.StructCode, fields.Count + 1);
        thrift.BeginStruct();
        thrift.Text(4, "schema");
        thrift.Int32(5, fields.Count);
        thrift.EndStruct();
        foreach (var field in fields) WriteLeaf(thrift, field);
    }

    private static void WriteLeaf(ThriftCompactWriter thrift, ParquetField field)
    {
        var type = field.Type;
        thrift.BeginStruct();
        thrift.Int32(1, (int)type.Physical);
        if (type.Physical == PhysicalType.FixedLenByteArray) thrift.Int32(2, type.DecimalBytes);
        thrift.Int32(3, field.Nullable ? Optional : Required);
        thrift.Text(4, field.Name);
        if (ConvertedType(type.Kind) is { } converted) thrift.Int32(6, converted);
        if (type.Kind == ParquetKind.Decimal)
        {
            thrift.Int32(7, type.Scale);
            thrift.Int32(8, type.Precision);
        }

        WriteLogicalType(thrift, type);
        thrift.EndStruct();
    }

    // What readers older than logical types look at.
    private static int? ConvertedType(ParquetKind kind) => kind switch
    {
        ParquetKind.Utf8 => 0,
        ParquetKind.Decimal => 5,
        ParquetKind.Date => 6,
        ParquetKind.Timestamp => 10,
        ParquetKind.Json => 19,
        _ => null,
    };

    private static void WriteLogicalType(ThriftCompactWriter thrift, ParquetType type)
    {
        if (ConvertedType(type.Kind) is null) return;
        thrift.BeginStruct(10);
        if (type.Kind == ParquetKind.Utf8) thrift.EmptyStruct(1);
        if (type.Kind == ParquetKind.Decimal)
        {
            thrift.BeginStruct(5);
            thrift.Int32(1, type.Scale);
            thrift.Int32(2, type.Precision);
            thrift.EndStruct();
        }

        if (type.Kind == ParquetKind.Date) thrift.EmptyStruct(6);
        if (type.Kind == ParquetKind.Timestamp)
        {
            thrift.BeginStruct(8);
            thrift.Bool(1, true);       // adjusted to UTC
            thrift.BeginStruct(2);
            thrift.EmptyStruct(2);      // microseconds
            thrift.EndStruct();
            thrift.EndStruct();
        }

        if (type.Kind == ParquetKind.Json) thrift.EmptyStruct(12);
        thrift.EndStruct();
    }
}
