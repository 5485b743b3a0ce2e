using Pipeline.App.Settings;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Triggers;

/// <summary>Lands bid requests as Kafka delivers them.</summary>
public sealed class LandBidRequests(LandKafkaBatch landing)
{
    [Function(nameof(LandBidRequests))]
    public Task RunAsync(
        [KafkaTrigger("%KafkaBrokers%", "%BidRequestsTopic%", ConsumerGroup = "%KafkaGroup%-bid-requests", IsBatched = true,
            Protocol = KafkaSecurity.Protocol, AuthenticationMode = KafkaSecurity.Mechanism, Username = KafkaSecurity.Username,
            Password = KafkaSecurity.Password, SslCaLocation = KafkaSecurity.CaLocation)] KafkaRecord[] records,
        CancellationToken stopping)
        => landing.RunAsync("bid_requests", records.ByTopicPartition(), stopping);
}
