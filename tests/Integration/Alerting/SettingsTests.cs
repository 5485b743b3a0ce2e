using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.App;
using Pipeline.Sinks.Alerting;

namespace Pipeline.Tests.Integration.Alerting;

public sealed class SettingsTests
{
    [Fact]
    public void The_defaults_are_the_documented_ones()
    {
        var options = new AlertOptions();
        Assert.Equal(
            (TimeSpan.FromSeconds(10), 10, TimeSpan.FromMinutes(3), TimeSpan.FromHours(4), TimeSpan.FromSeconds(10), 587),
            (options.GroupWait, options.GroupLimit, options.ResolveWait, options.RepeatAfter, options.Timeout, new ChannelOptions().Port));
    }

    [Fact]
    public void Every_kind_of_channel_and_route_can_be_set() => Assert.Empty(Faults(new()
    {
        ["Channels:ops:Kind"] = "slack", ["Channels:ops:Url"] = "https://hooks.slack.com/services/T/B/x",
        ["Channels:pager:Kind"] = "pagerduty", ["Channels:pager:RoutingKey"] = AlertWorld.RoutingKey,
        ["Channels:own:Kind"] = "webhook", ["Channels:own:Url"] = "http://127.0.0.1:9/alerts", ["Channels:own:Secret"] = $"whsec_{AlertWorld.Secret}",
        ["Channels:mail:Kind"] = "email", ["Channels:mail:Host"] = "smtp.example.com", ["Channels:mail:Username"] = "pipeline",
        ["Channels:mail:Password"] = "canary", ["Channels:mail:From"] = "pipeline@example.com", ["Channels:mail:To"] = "a@example.com, b@example.com",
        ["Routes:0:Channels"] = "pager,ops", ["Routes:0:Severities"] = "critical",
        ["Routes:1:Channels"] = "mail", ["Routes:1:Datasets"] = "user_actions, clicks", ["Routes:1:Codes"] = "slice_",
    }));

    [Fact]
    public void Every_wrong_setting_is_named_at_once_and_no_secret_is_repeated()
    {
        var faults = string.Join('\n', Faults(new()
        {
            ["GroupLimit"] = "0", ["RepeatAfter"] = "00:00:00",
            ["Channels:ops:Kind"] = "slack", ["Channels:ops:Url"] = "http://hooks.example.com/canary",
            ["Channels:pager:Kind"] = "pagerduty", ["Channels:pager:RoutingKey"] = "canary", ["Channels:pager:Url"] = "canary",
            ["Channels:own:Kind"] = "webhook", ["Channels:own:Secret"] = "canary",
            ["Channels:mail:Kind"] = "email", ["Channels:mail:Port"] = "465", ["Channels:mail:Password"] = "canary", ["Channels:mail:To"] = "nobody",
            ["Channels:chat:Kind"] = "canary",
            ["Routes:0:Channels"] = "ops,none", ["Routes:0:Severities"] = "fatal", ["Routes:0:Datasets"] = "nothing",
            ["Routes:1:Severities"] = "critical",
        }));
        Assert.All(
            (string[])[
                "GroupLimit", "RepeatAfter", "Alerts:Channels:ops:Url leaves this machine without TLS", "Alerts:Channels:pager:RoutingKey is not 32",
                "Alerts:Channels:pager:Url is no address", "Alerts:Channels:own:Url is no address", "Alerts:Channels:own:Secret is not 24 to 64 bytes",
                "Alerts:Channels:mail:Host is not set", "Alerts:Channels:mail:Port is 465", "mail:Username and Password: set both",
                "mail:From is no e-mail address", "mail:To has what is no e-mail address", "Alerts:Channels:chat:Kind is not one of slack, pagerduty",
                "Alerts:Routes:0:Channels names 'none'", "Severities has 'fatal'", "Datasets has 'nothing'", "Alerts:Routes:1:Channels is not set",
            ],
            fault => Assert.Contains(fault, faults, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", faults, StringComparison.OrdinalIgnoreCase);
    }

    private static IReadOnlyList<string> Faults(Dictionary<string, string?> alerts)
    {
        var settings = alerts.ToDictionary(each => $"Alerts:{each.Key}", each => each.Value);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var services = new ServiceCollection().AddLogging().AddPipeline(configuration).BuildServiceProvider();
        try
        {
            _ = services.GetRequiredService<IOptions<AlertOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException error)
        {
            return [.. error.Failures];
        }
    }
}
