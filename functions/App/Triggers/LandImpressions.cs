using Pipeline.App.Settings;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Triggers;

/// <summary>Lands ad impressions as Kafka delivers them.</summary>
public sealed class LandImpressions(LandKafkaBatch landing)
{
    [Function(nameof(LandImpressions))]
    public Task RunAsync(
        [KafkaTrigger("%KafkaBrokers%", "%ImpressionsTopic%", ConsumerGroup = "%KafkaGroup%-impressions", IsBatched = true,
            Protocol = KafkaSecurity.Protocol, AuthenticationMode = KafkaSecurity.Mechanism, Username = KafkaSecurity.Username,
            Password = KafkaSecurity.Password, SslCaLocation = KafkaSecurity.CaLocation)] KafkaRecord[] records,
        CancellationToken stopping)
        => landing.RunAsync("ad_impressions", records.ByTopicPartition(), stopping);
}
