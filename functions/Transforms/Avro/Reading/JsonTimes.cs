using System.Buffers.Binary;
using System.Globalization;
using Pipeline.Transforms.Avro.Schemas;

namespace Pipeline.Transforms.Avro.Reading;

/// <summary>Writes times and durations as people and JSON's readers expect them, in quotes.</summary>
internal static class JsonTimes
{
    private const long MicrosPerDay = 86_400_000_000;
    private const int MaxTextBytes = 64;

    private static readonly long Earliest = DateTime.MinValue.Ticks / TimeSpan.TicksPerMicrosecond - DateTime.UnixEpoch.Ticks / TimeSpan.TicksPerMicrosecond;
    private static readonly long Latest = (DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>An instant, a local time, a day or a time of day; the number itself where the calendar has no such.</summary>
    public static void Write(AvroMachine machine, long value, AvroLogical logical)
    {
        var micros = logical switch
        {
            AvroLogical.Date => Math.Clamp(value, -100_000_000, 100_000_000) * MicrosPerDay,
            AvroLogical.TimeMillis => Math.Clamp(value, -1, MicrosPerDay) * 1000,
            AvroLogical.TimeMicros => value,
            _ => Instants.Micros(value, logical),
        };
        var isTimeOfDay = logical is AvroLogical.TimeMillis or AvroLogical.TimeMicros;
        if (isTimeOfDay ? micros is < 0 or >= MicrosPerDay : micros < Earliest || micros > Latest)
        {
            JsonTexts.Whole(machine, value);
            return;
        }
        var time = DateTime.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
        var room = machine.Room(MaxTextBytes);
        time.TryFormat(room, out var written, FormatOf(logical), CultureInfo.InvariantCulture);
        machine.Advance(written);
    }

    /// <summary>A duration in ISO 8601's form: <c>P3M2DT1.500S</c>.</summary>
    public static void Duration(AvroMachine machine, int start)
    {
        var parts = machine.Bytes.AsSpan(start, LogicalTypes.DurationBytes);
        var (months, days) = (BinaryPrimitives.ReadUInt32LittleEndian(parts), BinaryPrimitives.ReadUInt32LittleEndian(parts[4..]));
        var millis = BinaryPrimitives.ReadUInt32LittleEndian(parts[8..]);
        var room = machine.Room(MaxTextBytes);
        System.Text.Unicode.Utf8.TryWrite(
            room, CultureInfo.InvariantCulture, $"\"P{months}M{days}DT{millis / 1000}.{millis % 1000:D3}S\"", out var written);
        machine.Advance(written);
    }

    private static string FormatOf(AvroLogical logical) => logical switch
    {
        AvroLogical.Date => "\\\"yyyy-MM-dd\\\"",
        AvroLogical.TimeMillis => "\\\"HH:mm:ss.fff\\\"",
        AvroLogical.TimeMicros => "\\\"HH:mm:ss.ffffff\\\"",
        AvroLogical.TimestampMillis => "\\\"yyyy-MM-ddTHH:mm:ss.fff\\Z\\\"",
        AvroLogical.TimestampMicros or AvroLogical.TimestampNanos => "\\\"yyyy-MM-ddTHH:mm:ss.ffffff\\Z\\\"",
        AvroLogical.LocalTimestampMillis => "\\\"yyyy-MM-ddTHH:mm:ss.fff\\\"",
        _ => "\\\"yyyy-MM-ddTHH:mm:ss.ffffff\\\"",
    };
}
