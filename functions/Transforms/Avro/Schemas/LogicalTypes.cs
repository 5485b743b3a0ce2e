using System.Text.Json;

namespace Pipeline.Transforms.Avro.Schemas;

/// <summary>What a declaration says its values stand for; a word that is unknown, or does not fit the type, says nothing.</summary>
/// <remarks>https://avro.apache.org/docs/1.12.0/specification/#logical-types</remarks>
internal static class LogicalTypes
{
    /// <summary>Bytes of a duration: months, days and milliseconds.</summary>
    public const int DurationBytes = 12;

    /// <summary>Bytes of a UUID.</summary>
    public const int UuidBytes = 16;

    /// <summary>The type with its meaning.</summary>
    public static AvroType Apply(AvroType type, JsonElement json)
    {
        type.Logical = (AvroNames.Text(json, "logicalType"), type.Kind) switch
        {
            ("decimal", AvroKind.Bytes or AvroKind.Fixed) => Decimal(type, json),
            ("date", AvroKind.Int) => AvroLogical.Date,
            ("time-millis", AvroKind.Int) => AvroLogical.TimeMillis,
            ("time-micros", AvroKind.Long) => AvroLogical.TimeMicros,
            ("timestamp-millis", AvroKind.Long) => AvroLogical.TimestampMillis,
            ("timestamp-micros", AvroKind.Long) => AvroLogical.TimestampMicros,
            ("timestamp-nanos", AvroKind.Long) => AvroLogical.TimestampNanos,
            ("local-timestamp-millis", AvroKind.Long) => AvroLogical.LocalTimestampMillis,
            ("local-timestamp-micros", AvroKind.Long) => AvroLogical.LocalTimestampMicros,
            ("local-timestamp-nanos", AvroKind.Long) => AvroLogical.LocalTimestampNanos,
            ("uuid", AvroKind.String) => AvroLogical.Uuid,
            ("uuid", AvroKind.Fixed) when type.Size == UuidBytes => AvroLogical.Uuid,
            ("duration", AvroKind.Fixed) when type.Size == DurationBytes => AvroLogical.Duration,
            _ => AvroLogical.None,
        };
        return type;
    }

    private static AvroLogical Decimal(AvroType type, JsonElement json)
    {
        var precision = Number(json, "precision") ?? 0;
        var scale = json.TryGetProperty("scale", out _) ? Number(json, "scale") ?? -1 : 0;
        if (precision <= 0 || scale < 0 || scale > precision || scale > 1000) return AvroLogical.None;
        if (type.Kind == AvroKind.Fixed && precision > Math.Floor((8L * type.Size - 1) * Math.Log10(2))) return AvroLogical.None;
        type.Scale = scale;
        return AvroLogical.Decimal;
    }

    private static int? Number(JsonElement json, string key) =>
        json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;
}
