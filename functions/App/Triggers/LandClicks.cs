using Pipeline.App.Settings;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Triggers;

/// <summary>Lands clicks on ads as Kafka delivers them.</summary>
public sealed class LandClicks(LandKafkaBatch landing)
{
    [Function(nameof(LandClicks))]
    public Task RunAsync(
        [KafkaTrigger("%KafkaBrokers%", "%ClicksTopic%", ConsumerGroup = "%KafkaGroup%-clicks", IsBatched = true,
            Protocol = KafkaSecurity.Protocol, AuthenticationMode = KafkaSecurity.Mechanism, Username = KafkaSecurity.Username,
            Password = KafkaSecurity.Password, SslCaLocation = KafkaSecurity.CaLocation)] KafkaRecord[] records,
        CancellationToken stopping)
        => landing.RunAsync("clicks", records.ByTopicPartition(), stopping);
}
