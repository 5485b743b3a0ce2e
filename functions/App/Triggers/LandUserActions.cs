using Pipeline.App.Settings;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Triggers;

/// <summary>Lands user actions as Kafka delivers them. Bad records pass: only PostgreSQL or the store being away fails a batch.</summary>
public sealed class LandUserActions(LandKafkaBatch landing)
{
    [Function(nameof(LandUserActions))]
    public Task RunAsync(
        [KafkaTrigger("%KafkaBrokers%", "%UserActionsTopic%", ConsumerGroup = "%KafkaGroup%", IsBatched = true,
            Protocol = KafkaSecurity.Protocol, AuthenticationMode = KafkaSecurity.Mechanism, Username = KafkaSecurity.Username,
            Password = KafkaSecurity.Password, SslCaLocation = KafkaSecurity.CaLocation)] KafkaRecord[] records,
        CancellationToken stopping)
        => landing.RunAsync("user_actions", records.ByTopicPartition(), stopping);
}
