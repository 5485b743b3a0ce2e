using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.LocalHost.Kafka;

/// <summary>The JSON forms in which messages reach functions that do not take KafkaRecord.</summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-bindings-kafka-trigger#usage</remarks>
internal static class KafkaEnvelope
{
    /// <summary>One message: offset, topic-partition, topic, timestamp, value, key, headers (base64).</summary>
    public static string Write(KafkaRecord record) => Json(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("Offset", record.Offset);
        json.WriteNumber("Partition", record.Partition);
        json.WriteString("Topic", record.Topic);
        json.WriteString("Timestamp", Instant(record));
        json.WriteString("Value", Text(record.Value));
        json.WriteString("Key", Text(record.Key));
        json.WritePropertyName("Headers");
        WriteHeaders(json, record);
        json.WriteEndObject();
    });

    /// <summary>The binding data: one value per name, or with <c>Array</c> in the name one JSON array.</summary>
    public static IReadOnlyDictionary<string, object?> Data(IReadOnlyList<KafkaRecord> records, bool isBatched)
    {
        if (!isBatched)
        {
            var record = records[0];
            return new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
            {
                ["Partition"] = Number(record.Partition), ["Offset"] = Number(record.Offset), ["Topic"] = record.Topic,
                ["Timestamp"] = Instant(record).ToString("O", CultureInfo.InvariantCulture),
                ["Key"] = Text(record.Key), ["Headers"] = Json(json => WriteHeaders(json, record)),
            };
        }

        return new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase)
        {
            ["PartitionArray"] = Each(records, (json, record) => json.WriteNumberValue(record.Partition)),
            ["OffsetArray"] = Each(records, (json, record) => json.WriteNumberValue(record.Offset)),
            ["TopicArray"] = Each(records, (json, record) => json.WriteStringValue(record.Topic)),
            ["TimestampArray"] = Each(records, (json, record) => json.WriteStringValue(Instant(record))),
            ["KeyArray"] = Each(records, (json, record) => json.WriteStringValue(Text(record.Key))),
            ["HeadersArray"] = Each(records, WriteHeaders),
        };
    }

    // A producer may write any number; what no date has is the nearest one.
    private static DateTime Instant(KafkaRecord record) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(
        record.Timestamp.UnixTimestampMs, DateTimeOffset.MinValue.ToUnixTimeMilliseconds(),
        DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())).UtcDateTime;

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    private static void WriteHeaders(Utf8JsonWriter json, KafkaRecord record)
    {
        json.WriteStartArray();
        foreach (var header in record.Headers)
        {
            json.WriteStartObject();
            json.WriteString("Key", header.Key);
            if (header.Value is null) json.WriteNull("Value");
            else json.WriteBase64String("Value", header.Value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Each(IReadOnlyList<KafkaRecord> records, Action<Utf8JsonWriter, KafkaRecord> write) => Json(json =>
    {
        json.WriteStartArray();
        foreach (var record in records) write(json, record);
        json.WriteEndArray();
    });

    private static string Json(Action<Utf8JsonWriter> write)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes)) write(json);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
