#nullable disable
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function for the messages of a Kafka topic.</summary>
/// <remarks>
/// Each text may be a <c>%Setting%</c>; the broker list and the secrets may also be the name of a setting.
/// https://learn.microsoft.com/azure/azure-functions/functions-bindings-kafka-trigger
/// </remarks>
public sealed class KafkaTriggerAttribute : TriggerBindingAttribute
{
    /// <param name="brokerList">host:port, comma separated, or the name of the setting that holds it.</param>
    /// <param name="topic">The topic.</param>
    public KafkaTriggerAttribute(string brokerList, string topic) => (BrokerList, Topic) = (brokerList, topic);

    /// <summary>host:port, comma separated, or the name of the setting that holds it.</summary>
    public string BrokerList { get; private set; }

    /// <summary>The topic.</summary>
    public string Topic { get; private set; }

    /// <summary>The consumer group; $Default when empty.</summary>
    public string ConsumerGroup { get; set; }

    /// <summary>How the client proves who it is.</summary>
    public BrokerAuthenticationMode AuthenticationMode { get; set; } = BrokerAuthenticationMode.NotSet;

    /// <summary>User name for PLAIN and SCRAM.</summary>
    public string Username { get; set; }

    /// <summary>Password for PLAIN and SCRAM: name a setting, never write it here.</summary>
    public string Password { get; set; }

    /// <summary>The transport.</summary>
    public BrokerProtocol Protocol { get; set; } = BrokerProtocol.NotSet;

    /// <summary>File of the certificate authorities to trust.</summary>
    public string SslCaLocation { get; set; }

    /// <summary>File of the client's certificate.</summary>
    public string SslCertificateLocation { get; set; }

    /// <summary>File of the client's private key.</summary>
    public string SslKeyLocation { get; set; }

    /// <summary>Password of the private key.</summary>
    public string SslKeyPassword { get; set; }

    /// <summary>The client's certificate, PEM.</summary>
    public string SslCertificatePEM { get; set; }

    /// <summary>The client's private key, PEM.</summary>
    public string SslKeyPEM { get; set; }

    /// <summary>The certificate authorities to trust, PEM.</summary>
    public string SslCaPEM { get; set; }

    /// <summary>Messages of lag per instance that a scale controller aims at; this host runs one instance.</summary>
    public long LagThreshold { get; set; } = 1000;

    /// <summary>How the OAuth token is obtained.</summary>
    public OAuthBearerMethod OAuthBearerMethod { get; set; }

    /// <summary>OAuth client id.</summary>
    public string OAuthBearerClientId { get; set; }

    /// <summary>OAuth client secret: name a setting.</summary>
    public string OAuthBearerClientSecret { get; set; }

    /// <summary>OAuth scope.</summary>
    public string OAuthBearerScope { get; set; }

    /// <summary>OAuth token endpoint.</summary>
    public string OAuthBearerTokenEndpointUrl { get; set; }

    /// <summary>OAuth extensions, key=value, comma separated.</summary>
    public string OAuthBearerExtensions { get; set; }

    /// <summary>Whether the function takes an array.</summary>
    public bool IsBatched { get; set; }
}
