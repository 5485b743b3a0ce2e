using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Pipeline.Sources.Kafka;

namespace Pipeline.App.Settings;

/// <summary>The brokers and topics (top level: the Kafka triggers name the same settings).</summary>
public sealed record KafkaSettings
{
    /// <summary>host:port of the brokers to start from, comma separated.</summary>
    public string KafkaBrokers { get; init; } = "";

    /// <summary>Consumer group of all triggers.</summary>
    public string KafkaGroup { get; init; } = "pipeline";

    /// <summary>Topic of the user actions.</summary>
    public string UserActionsTopic { get; init; } = "user-actions";

    /// <summary>librdkafka's security.protocol.</summary>
    public SecurityProtocol KafkaProtocol { get; init; } = SecurityProtocol.Plaintext;

    /// <summary>librdkafka's sasl.mechanism; empty without SASL.</summary>
    public SaslMechanism? KafkaMechanism { get; init; }

    /// <summary>SASL user; empty without SASL.</summary>
    public string? KafkaUsername { get; init; }

    /// <summary>SASL password; empty without SASL.</summary>
    public string? KafkaPassword { get; init; }

    /// <summary>PEM file of the brokers' authority; empty for the system's.</summary>
    public string? KafkaCaLocation { get; init; }

    /// <summary>What reading by offset needs.</summary>
    public KafkaOptions ToOptions() => new()
    {
        Brokers = KafkaBrokers,
        Protocol = KafkaProtocol,
        Mechanism = KafkaMechanism,
        Username = KafkaUsername,
        Password = KafkaPassword,
        CaLocation = KafkaCaLocation,
    };
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
        if (options.UserActionsTopic.Length == 0) faults.Add("Set UserActionsTopic to the topic of the user actions.");
        var encrypted = options.KafkaProtocol is SecurityProtocol.Ssl or SecurityProtocol.SaslSsl;
        foreach (var broker in options.KafkaBrokers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = broker.LastIndexOf(':');
            if (colon <= 0 || !ushort.TryParse(broker.AsSpan(colon + 1), out _)) faults.Add($"KafkaBrokers: '{broker}' is not host:port.");
            else if (!encrypted && !Network.IsLoopback(broker[..colon]))
                faults.Add($"KafkaBrokers: '{broker}' leaves this machine without TLS; set KafkaProtocol to Ssl or SaslSsl.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
