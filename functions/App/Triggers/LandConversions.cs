using Pipeline.App.Settings;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Triggers;

/// <summary>Lands conversions as Kafka delivers them.</summary>
public sealed class LandConversions(LandKafkaBatch landing)
{
    [Function(nameof(LandConversions))]
    public Task RunAsync(
        [KafkaTrigger("%KafkaBrokers%", "%ConversionsTopic%", ConsumerGroup = "%KafkaGroup%-conversions", IsBatched = true,
            Protocol = KafkaSecurity.Protocol, AuthenticationMode = KafkaSecurity.Mechanism, Username = KafkaSecurity.Username,
            Password = KafkaSecurity.Password, SslCaLocation = KafkaSecurity.CaLocation)] KafkaRecord[] records,
        CancellationToken stopping)
        => landing.RunAsync("conversions", records.ByTopicPartition(), stopping);
}
