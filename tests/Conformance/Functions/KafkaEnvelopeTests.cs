using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Kafka;

namespace Pipeline.Tests.Conformance.Functions;

public sealed class KafkaEnvelopeTests
{
    [Theory]
    [InlineData(long.MaxValue, "9999-12-31T23:59:59.999")]
    [InlineData(long.MinValue, "0001-01-01T00:00:00")]
    [InlineData(1_700_000_000_000_000_000, "9999-12-31T23:59:59.999")]
    [InlineData(1_700_000_000_000, "2023-11-14T22:13:20")]
    public void A_timestamp_that_no_date_has_is_the_nearest_one(long milliseconds, string text)
    {
        var record = new KafkaRecord { Topic = "t", Headers = [], Timestamp = new() { UnixTimestampMs = milliseconds } };
        Assert.Contains($"\"Timestamp\":\"{text}", KafkaEnvelope.Write(record), StringComparison.Ordinal);
        Assert.StartsWith(text, (string)KafkaEnvelope.Data([record], isBatched: false)["Timestamp"]!, StringComparison.Ordinal);
    }
}
