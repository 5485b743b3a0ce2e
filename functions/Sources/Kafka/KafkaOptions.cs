using Confluent.Kafka;

namespace Pipeline.Sources.Kafka;

/// <summary>How the brokers are reached, outside the trigger's consumer group.</summary>
public sealed record KafkaOptions
{
    /// <summary>host:port of the brokers to start from, comma separated.</summary>
    public required string Brokers { get; init; }

    /// <summary>librdkafka's <c>security.protocol</c>; plaintext is for loopback only.</summary>
    public SecurityProtocol Protocol { get; init; } = SecurityProtocol.Plaintext;

    /// <summary>librdkafka's <c>sasl.mechanism</c>; null without SASL.</summary>
    public SaslMechanism? Mechanism { get; init; }

    /// <summary>SASL user; null without SASL.</summary>
    public string? Username { get; init; }

    /// <summary>SASL password; null without SASL.</summary>
    public string? Password { get; init; }

    /// <summary>PEM file of the authority that signed the brokers' certificates; null for the system's.</summary>
    public string? CaLocation { get; init; }

    /// <summary>How long a broker may take to answer or to deliver the next record.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What every client of librdkafka is told.</summary>
    internal ClientConfig ToClientConfig() => new()
    {
        BootstrapServers = Brokers,
        SecurityProtocol = Protocol,
        SaslMechanism = Mechanism,
        SaslUsername = Username,
        SaslPassword = Password,
        SslCaLocation = CaLocation,
    };
}
