namespace Microsoft.Azure.Functions.Worker;

/// <summary>SASL mechanisms.</summary>
public enum BrokerAuthenticationMode
{
    /// <summary>None.</summary>
    NotSet = -1,

    /// <summary>Kerberos.</summary>
    Gssapi,

    /// <summary>User name and password.</summary>
    Plain,

    /// <summary>SCRAM-SHA-256.</summary>
    ScramSha256,

    /// <summary>SCRAM-SHA-512.</summary>
    ScramSha512,

    /// <summary>OAuth bearer tokens.</summary>
    OAuthBearer,
}

/// <summary>Transports.</summary>
public enum BrokerProtocol
{
    /// <summary>The client's default, plain text.</summary>
    NotSet = -1,

    /// <summary>TCP.</summary>
    Plaintext,

    /// <summary>TLS.</summary>
    Ssl,

    /// <summary>SASL over TCP.</summary>
    SaslPlaintext,

    /// <summary>SASL over TLS.</summary>
    SaslSsl,
}

/// <summary>How an OAuth token is obtained.</summary>
public enum OAuthBearerMethod
{
    /// <summary>By the client's own callback.</summary>
    Default,

    /// <summary>By OpenID Connect.</summary>
    Oidc,
}

/// <summary>What a message's timestamp means.</summary>
public enum KafkaTimestampType
{
    /// <summary>The message has none.</summary>
    NotAvailable,

    /// <summary>The producer's clock.</summary>
    CreateTime,

    /// <summary>The broker's clock.</summary>
    LogAppendTime,
}
