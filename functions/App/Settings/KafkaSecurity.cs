namespace Pipeline.App.Settings;

/// <summary>
/// How all Kafka triggers, and the reading by offset beside them, reach the brokers. A trigger's attribute takes transport and mechanism
/// as constants, in both hosts, so they are chosen when the app is built: <c>-p:KafkaSecurity=</c> Plaintext (the default, for brokers on
/// this machine), Ssl, or SASL over TLS: Plain, ScramSha256, ScramSha512. User, password and authority are settings.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/azure-functions/functions-bindings-kafka-trigger#attributes</remarks>
public static class KafkaSecurity
{
#if KAFKA_PLAINTEXT
    /// <summary>The transport.</summary>
    public const BrokerProtocol Protocol = BrokerProtocol.Plaintext;
#elif KAFKA_SSL
    /// <summary>The transport.</summary>
    public const BrokerProtocol Protocol = BrokerProtocol.Ssl;
#elif KAFKA_PLAIN || KAFKA_SCRAMSHA256 || KAFKA_SCRAMSHA512
    /// <summary>The transport.</summary>
    public const BrokerProtocol Protocol = BrokerProtocol.SaslSsl;
#else
#error KafkaSecurity is not one this app knows; build with -p:KafkaSecurity=Plaintext, Ssl, Plain, ScramSha256 or ScramSha512.
#endif

    /// <summary>The SASL mechanism; NotSet without SASL.</summary>
#if KAFKA_PLAIN
    public const BrokerAuthenticationMode Mechanism = BrokerAuthenticationMode.Plain;
#elif KAFKA_SCRAMSHA256
    public const BrokerAuthenticationMode Mechanism = BrokerAuthenticationMode.ScramSha256;
#elif KAFKA_SCRAMSHA512
    public const BrokerAuthenticationMode Mechanism = BrokerAuthenticationMode.ScramSha512;
#else
    public const BrokerAuthenticationMode Mechanism = BrokerAuthenticationMode.NotSet;
#endif

    /// <summary>The setting with the SASL user; null without SASL.</summary>
    public const string? Username = Mechanism == BrokerAuthenticationMode.NotSet ? null : "%KafkaUsername%";

    /// <summary>The setting with the SASL password; null without SASL.</summary>
    public const string? Password = Mechanism == BrokerAuthenticationMode.NotSet ? null : "%KafkaPassword%";

    /// <summary>The setting with the PEM file of the brokers' authority; null without TLS.</summary>
    public const string? CaLocation = Protocol == BrokerProtocol.Plaintext ? null : "%KafkaCaLocation%";
}
