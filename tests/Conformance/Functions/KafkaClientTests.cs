using Confluent.Kafka;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Kafka;
using Pipeline.LocalHost.Settings;

namespace Pipeline.Tests.Conformance.Functions;

public sealed class KafkaClientTests
{
    private static readonly Dictionary<string, string?> Settings = new()
    {
        ["Brokers"] = "b-1.example.com:9096", ["User"] = "reader", ["Password"] = "canary", ["Authority"] = "/etc/ssl/certs/authority.pem",
    };

    [Fact]
    public void A_stated_transport_and_mechanism_take_their_credentials_from_settings()
    {
        var client = Create(BrokerProtocol.SaslSsl, BrokerAuthenticationMode.ScramSha512, Settings, out var faults);
        faults.ThrowIfAny();
        Assert.Equal(
            ("b-1.example.com:9096", SecurityProtocol.SaslSsl, SaslMechanism.ScramSha512),
            (client.BootstrapServers, client.SecurityProtocol, client.SaslMechanism));
        Assert.Equal(
            ("reader", "canary", "/etc/ssl/certs/authority.pem"), (client.SaslUsername, client.SaslPassword, client.SslCaLocation));
    }

    [Fact]
    public void Without_either_credentials_are_not_looked_at()
    {
        var client = Create(BrokerProtocol.NotSet, BrokerAuthenticationMode.NotSet, new() { ["Brokers"] = "127.0.0.1:9092" }, out var faults);
        faults.ThrowIfAny();
        Assert.Equal((null, null, null), (client.SecurityProtocol, client.SaslUsername, client.SslCaLocation));
    }

    [Fact]
    public void A_credential_that_is_missing_stops_the_start()
    {
        Create(BrokerProtocol.SaslSsl, BrokerAuthenticationMode.Plain, new() { ["Brokers"] = "b:9092", ["User"] = "reader" }, out var faults);
        var failure = Assert.Throws<StartFaultException>(faults.ThrowIfAny).Message;
        Assert.Contains("Function 'land' (password) names the setting 'Password', which is missing; set it.", failure, StringComparison.Ordinal);
    }

    private static ConsumerConfig Create(
        BrokerProtocol protocol, BrokerAuthenticationMode mode, Dictionary<string, string?> settings, out StartFaults faults)
    {
        var attribute = new KafkaTriggerAttribute("%Brokers%", "t")
        {
            Protocol = protocol, AuthenticationMode = mode, Username = "%User%", Password = "%Password%", SslCaLocation = "%Authority%",
        };
        faults = new StartFaults();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        return KafkaClientConfig.Create(attribute, "land", new AppSettings(configuration, faults), new Pipeline.LocalHost.Settings.KafkaSettings());
    }
}
