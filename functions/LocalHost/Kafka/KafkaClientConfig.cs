using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Kafka;

/// <summary>A consumer's configuration, from the trigger's attribute and host.json.</summary>
/// <remarks>https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md</remarks>
internal static class KafkaClientConfig
{
    /// <summary>Missing settings are faults of <paramref name="settings"/>.</summary>
    public static ConsumerConfig Create(KafkaTriggerAttribute attribute, string function, AppSettings settings, KafkaSettings host)
    {
        var isSecured = attribute.AuthenticationMode != BrokerAuthenticationMode.NotSet || attribute.Protocol != BrokerProtocol.NotSet;
        var config = new ConsumerConfig
        {
            BootstrapServers = Secret(attribute.BrokerList, "broker list"),
            GroupId = settings.Resolve(attribute.ConsumerGroup, Where("consumer group")) is { Length: > 0 } group ? group : "$Default",

            // Offsets are stored by hand, after the function: what is stored is committed in the background.
            EnableAutoCommit = true,
            EnableAutoOffsetStore = false,
            AutoCommitIntervalMs = host.AutoCommitIntervalMs,
            AutoOffsetReset = host.StartAtLatest ? AutoOffsetReset.Latest : AutoOffsetReset.Earliest,
            SecurityProtocol = attribute.Protocol == BrokerProtocol.NotSet ? null : (SecurityProtocol)(int)attribute.Protocol,
            SaslMechanism = Mechanism(attribute.AuthenticationMode),
            SaslUsername = Credential(attribute.Username, "user name"),
            SaslPassword = Credential(attribute.Password, "password"),
            SslCaLocation = Credential(attribute.SslCaLocation, "SSL CA"),
            SslCertificateLocation = Credential(attribute.SslCertificateLocation, "SSL certificate"),
            SslKeyLocation = Credential(attribute.SslKeyLocation, "SSL key"),
            SslKeyPassword = Credential(attribute.SslKeyPassword, "SSL key password"),
            SslCaPem = Credential(attribute.SslCaPEM, "SSL CA"),
            SslCertificatePem = Credential(attribute.SslCertificatePEM, "SSL certificate"),
            SslKeyPem = Credential(attribute.SslKeyPEM, "SSL key"),
        };
        if (attribute.AuthenticationMode == BrokerAuthenticationMode.OAuthBearer) AddOAuth();
        foreach (var (name, value) in host.Client) config.Set(name, value);

        // librdkafka's 3 s would let a session shorter than that end between two heartbeats.
        if (config.SessionTimeoutMs is { } session and < 9_000) config.HeartbeatIntervalMs = Math.Max(session / 3, 1);
        return config;

        void AddOAuth()
        {
            config.SaslOauthbearerMethod =
                attribute.OAuthBearerMethod == OAuthBearerMethod.Oidc ? SaslOauthbearerMethod.Oidc : SaslOauthbearerMethod.Default;
            config.SaslOauthbearerClientId = Secret(attribute.OAuthBearerClientId, "OAuth client id");
            config.SaslOauthbearerClientSecret = Secret(attribute.OAuthBearerClientSecret, "OAuth client secret");
            config.SaslOauthbearerScope = Secret(attribute.OAuthBearerScope, "OAuth scope");
            config.SaslOauthbearerTokenEndpointUrl = Secret(attribute.OAuthBearerTokenEndpointUrl, "OAuth endpoint");
            config.SaslOauthbearerExtensions = Secret(attribute.OAuthBearerExtensions, "OAuth extensions");
        }

        string Where(string property) => $"Function '{function}' ({property})";

        string? Secret(string? text, string property) => settings.ResolveSecret(text, Where(property));

        // The extension reads credentials when a transport or a mechanism is stated, and not otherwise.
        string? Credential(string? text, string property) => isSecured ? Secret(text, property) : null;
    }

    private static SaslMechanism? Mechanism(BrokerAuthenticationMode mode) => mode switch
    {
        BrokerAuthenticationMode.Gssapi => SaslMechanism.Gssapi,
        BrokerAuthenticationMode.Plain => SaslMechanism.Plain,
        BrokerAuthenticationMode.ScramSha256 => SaslMechanism.ScramSha256,
        BrokerAuthenticationMode.ScramSha512 => SaslMechanism.ScramSha512,
        BrokerAuthenticationMode.OAuthBearer => SaslMechanism.OAuthBearer,
        _ => null,
    };
}
