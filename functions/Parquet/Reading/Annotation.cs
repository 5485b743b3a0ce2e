namespace Pipeline.Parquet.Reading;

/// <summary>What stored values mean.</summary>
internal enum Meaning
{
    None,
    Text,
    Json,
    Decimal,
    Date,
    Signed,
    Unsigned,
    Millis,
    Micros,
    Nanos,
    LocalTime,
    Float16,
    Other,
}

/// <summary>A schema node's annotation: its logical type, or the older converted type where that is all a file has.</summary>
/// <param name="Word">What the format calls it; for sentences.</param>
/// <remarks>https://github.com/apache/parquet-format/blob/master/LogicalTypes.md</remarks>
internal readonly record struct Annotation(Meaning Meaning, string Word, int Precision = 0, int Scale = 0)
{
    private static readonly string[] LogicalWords =
    [
        "", "STRING", "MAP", "LIST", "ENUM", "DECIMAL", "DATE", "TIME", "TIMESTAMP", "", "INTEGER", "UNKNOWN", "JSON", "BSON", "UUID",
        "FLOAT16", "VARIANT", "GEOMETRY", "GEOGRAPHY",
    ];

    private static readonly string[] ConvertedWords =
    [
        "UTF8", "MAP", "MAP_KEY_VALUE", "LIST", "ENUM", "DECIMAL", "DATE", "TIME_MILLIS", "TIME_MICROS", "TIMESTAMP_MILLIS",
        "TIMESTAMP_MICROS", "UINT_8", "UINT_16", "UINT_32", "UINT_64", "INT_8", "INT_16", "INT_32", "INT_64", "JSON", "BSON", "INTERVAL",
    ];

    public static Annotation OfConverted(int? converted, int precision, int scale)
    {
        if (converted is not { } code) return new(Meaning.None, "no annotation");
        var meaning = code switch
        {
            0 or 4 => Meaning.Text,
            5 => Meaning.Decimal,
            6 => Meaning.Date,
            9 => Meaning.Millis,
            10 => Meaning.Micros,
            >= 11 and <= 14 => Meaning.Unsigned,
            >= 15 and <= 18 => Meaning.Signed,
            19 => Meaning.Json,
            _ => Meaning.Other,
        };
        return new(meaning, WordOf(ConvertedWords, code), precision, scale);
    }

    /// <summary>Reads parquet.thrift's <c>LogicalType</c>, a union: its one field is the case.</summary>
    public static Annotation ReadLogical(ref ThriftCompactReader thrift, int structCode)
    {
        var annotation = new Annotation(Meaning.Other, "an empty logical type");
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code)) annotation = ReadCase(ref thrift, field, code);
        thrift.EndStruct(outer);
        return annotation;
    }

    private static Annotation ReadCase(ref ThriftCompactReader thrift, int field, int code)
    {
        var word = WordOf(LogicalWords, field);
        if (field == 5) return ReadDecimal(ref thrift, code);
        if (field == 8) return new(ReadTimestamp(ref thrift, code), word);
        if (field == 10) return new(ReadInteger(ref thrift, code), word);
        thrift.Skip(code);
        var meaning = field switch
        {
            1 or 4 => Meaning.Text,
            6 => Meaning.Date,
            12 => Meaning.Json,
            15 => Meaning.Float16,
            _ => Meaning.Other,
        };
        return new(meaning, word);
    }

    private static Annotation ReadDecimal(ref ThriftCompactReader thrift, int structCode)
    {
        var (precision, scale) = (0, 0);
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 1) scale = thrift.Int32(code);
            else if (field == 2) precision = thrift.Int32(code);
            else thrift.Skip(code);
        }

        thrift.EndStruct(outer);
        return new(Meaning.Decimal, "DECIMAL", precision, scale);
    }

    private static Meaning ReadTimestamp(ref ThriftCompactReader thrift, int structCode)
    {
        var (isUtc, unit) = (false, 0);
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 1) isUtc = thrift.Bool(code);
            else if (field == 2) unit = ReadUnit(ref thrift, code);
            else thrift.Skip(code);
        }

        thrift.EndStruct(outer);
        if (!isUtc) return Meaning.LocalTime;
        return unit switch { 1 => Meaning.Millis, 2 => Meaning.Micros, 3 => Meaning.Nanos, _ => Meaning.Other };
    }

    private static int ReadUnit(ref ThriftCompactReader thrift, int structCode)
    {
        var unit = 0;
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            unit = field;
            thrift.Skip(code);
        }

        thrift.EndStruct(outer);
        return unit;
    }

    private static Meaning ReadInteger(ref ThriftCompactReader thrift, int structCode)
    {
        var meaning = Meaning.Other;
        var outer = thrift.BeginStruct(structCode);
        while (thrift.NextField(out var field, out var code))
        {
            if (field == 2) meaning = thrift.Bool(code) ? Meaning.Signed : Meaning.Unsigned;
            else thrift.Skip(code);
        }

        thrift.EndStruct(outer);
        return meaning;
    }

    private static string WordOf(string[] words, int code) =>
        (uint)code < (uint)words.Length && words[code].Length > 0 ? words[code] : $"annotation {code}";
}
