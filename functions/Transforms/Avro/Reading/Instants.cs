using Pipeline.Transforms.Avro.Schemas;

namespace Pipeline.Transforms.Avro.Reading;

/// <summary>What counts of milliseconds, microseconds and nanoseconds mean.</summary>
internal static class Instants
{
    private const long MaxMillis = long.MaxValue / 1000;

    /// <summary>Microseconds since the epoch; what is finer is cut off towards the past. Beyond every calendar stays beyond it.</summary>
    public static long Micros(long value, AvroLogical logical) => logical switch
    {
        AvroLogical.TimestampMillis or AvroLogical.LocalTimestampMillis => Math.Clamp(value, -MaxMillis, MaxMillis) * 1000,
        AvroLogical.TimestampNanos or AvroLogical.LocalTimestampNanos => value / 1000 - (value % 1000 < 0 ? 1 : 0),
        _ => value,
    };

    /// <summary>Whether the type counts time.</summary>
    public static bool AreInstants(AvroLogical logical) => logical is >= AvroLogical.TimestampMillis and <= AvroLogical.LocalTimestampNanos;
}
