using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Settings;

/// <summary>The brokers and topics (top level: the Kafka triggers name the same settings).</summary>
public sealed record KafkaSettings
{
    /// <summary>host:port of the brokers to start from, comma separated.</summary>
    public string KafkaBrokers { get; init; } = "";

    /// <summary>Consumer group of the user actions; the other triggers' groups have their topic's name behind it, so that none of them
    /// waits for another one's rebalance.</summary>
    public string KafkaGroup { get; init; } = "pipeline";

    /// <summary>Topic of the user actions.</summary>
    public string UserActionsTopic { get; init; } = "user-actions";

    /// <summary>Topic of the ad impressions.</summary>
    public string ImpressionsTopic { get; init; } = "ad-impressions";

    /// <summary>Topic of the clicks on ads.</summary>
    public string ClicksTopic { get; init; } = "clicks";

    /// <summary>Topic of the conversions.</summary>
    public string ConversionsTopic { get; init; } = "conversions";

    /// <summary>Topic of the bid requests.</summary>
    public string BidRequestsTopic { get; init; } = "bid-requests";

    /// <summary>SASL user; for a build with SASL (<see cref="KafkaSecurity"/>).</summary>
    public string? KafkaUsername { get; init; }

    /// <summary>SASL password; for a build with SASL.</summary>
    public string? KafkaPassword { get; init; }

    /// <summary>PEM file of the brokers' authority; for a build with TLS.</summary>
    public string? KafkaCaLocation { get; init; }

    /// <summary>The transport of this build.</summary>
    internal static SecurityProtocol Protocol { get; } = (SecurityProtocol)(int)KafkaSecurity.Protocol;

    /// <summary>The SASL mechanism of this build; null without SASL.</summary>
    internal static SaslMechanism? Mechanism { get; } = Built(KafkaSecurity.Mechanism);

    /// <summary>What reading by offset needs.</summary>
    public KafkaOptions ToOptions() => new()
    {
        Brokers = KafkaBrokers,
        Protocol = Protocol,
        Mechanism = Mechanism,
        Username = KafkaUsername,
        Password = KafkaPassword,
        CaLocation = KafkaCaLocation,
    };

    private static SaslMechanism? Built(BrokerAuthenticationMode mode) =>
        mode == BrokerAuthenticationMode.NotSet ? null : (SaslMechanism)(int)mode;
}

/// <summary>Checks <see cref="KafkaSettings"/>.</summary>
public sealed class KafkaSettingsValidator : IValidateOptions<KafkaSettings>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, KafkaSettings options)
    {
        var faults = new List<string>();
        if (options.KafkaBrokers.Length == 0) faults.Add("Set KafkaBrokers to host:port of the brokers, comma separated.");
        if (options.KafkaGroup.Length == 0) faults.Add("Set KafkaGroup to the consumer group of the triggers.");
        foreach (var (setting, topic, records) in Topics(options))
            if (topic.Length == 0) faults.Add($"Set {setting} to the topic of the {records}.");
        var encrypted = KafkaSettings.Protocol != SecurityProtocol.Plaintext;
        if (KafkaSettings.Mechanism is not null && (string.IsNullOrEmpty(options.KafkaUsername) || string.IsNullOrEmpty(options.KafkaPassword)))
            faults.Add($"Set KafkaUsername and KafkaPassword: this program was built for SASL {KafkaSettings.Mechanism}.");
        if (encrypted && !File.Exists(options.KafkaCaLocation))
            faults.Add($"Set KafkaCaLocation to the PEM file of the brokers' authority: this program was built for TLS, and '{options.KafkaCaLocation}' is no file.");
        foreach (var broker in options.KafkaBrokers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = broker.LastIndexOf(':');
            if (colon <= 0 || !ushort.TryParse(broker.AsSpan(colon + 1), out _)) faults.Add($"KafkaBrokers: '{broker}' is not host:port.");
            else if (!encrypted && !Network.IsLoopback(broker[..colon]))
                faults.Add($"KafkaBrokers: '{broker}' leaves this machine without TLS; build with -p:KafkaSecurity=Ssl, Plain, ScramSha256 or ScramSha512.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static (string Setting, string Topic, string Records)[] Topics(KafkaSettings options) =>
    [
        (nameof(options.UserActionsTopic), options.UserActionsTopic, "user actions"),
        (nameof(options.ImpressionsTopic), options.ImpressionsTopic, "ad impressions"),
        (nameof(options.ClicksTopic), options.ClicksTopic, "clicks on ads"),
        (nameof(options.ConversionsTopic), options.ConversionsTopic, "conversions"),
        (nameof(options.BidRequestsTopic), options.BidRequestsTopic, "bid requests"),
    ];
}
