using System.ComponentModel.DataAnnotations;
using System.Net.Mail;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Sinks.Alerting;
using Pipeline.Sinks.Alerting.Channels;

namespace Pipeline.App.Settings;

/// <summary>Checks <see cref="AlertOptions"/>. Never repeats a channel's value: any of them may be a secret.</summary>
public sealed class AlertSettingsValidator(ContractSet contracts) : IValidateOptions<AlertOptions>
{
    private const int PagerDutyKeyCharacters = 32;
    private const int ImplicitTlsPort = 465;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, AlertOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new(options), results, validateAllProperties: true);
        var faults = results.Select(result => $"Alerts: {result.ErrorMessage}").ToList();
        foreach (var (channel, each) in options.Channels)
            faults.AddRange(Faults(each).Select(fault => $"Alerts:Channels:{channel}:{fault}"));
        for (var i = 0; i < options.Routes.Count; i++)
            faults.AddRange(Faults(options.Routes[i], options).Select(fault => $"Alerts:Routes:{i}:{fault}"));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(ChannelOptions channel) => channel.Kind switch
    {
        ChannelKinds.Slack => UrlFaults(channel.Url, "the incoming webhook's address"),
        ChannelKinds.PagerDuty => PagerDutyFaults(channel),
        ChannelKinds.Webhook => WebhookFaults(channel),
        ChannelKinds.Email => EmailFaults(channel),
        _ => [$"Kind is not one of {string.Join(", ", ChannelKinds.All)}."],
    };

    private static IEnumerable<string> UrlFaults(string url, string what)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield return $"Url is no address; write {what}.";
        else if (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)
            yield return "Url leaves this machine without TLS; write an https address.";
    }

    private static IEnumerable<string> PagerDutyFaults(ChannelOptions channel)
    {
        if (channel.RoutingKey.Length != PagerDutyKeyCharacters)
            yield return $"RoutingKey is not {PagerDutyKeyCharacters} characters; write the service's integration key for Events API v2.";
        if (channel.Url.Length == 0) yield break;
        const string Example = "https://events.eu.pagerduty.com/v2/enqueue for the EU region, or leave it out";
        foreach (var fault in UrlFaults(channel.Url, Example)) yield return fault;
    }

    private static IEnumerable<string> WebhookFaults(ChannelOptions channel)
    {
        foreach (var fault in UrlFaults(channel.Url, "the address of your endpoint")) yield return fault;
        if (WebhookChannel.ReadSecret(channel.Secret) is null)
            yield return "Secret is not 24 to 64 bytes in base64 (openssl rand -base64 32); messages are signed with it.";
    }

    private static IEnumerable<string> EmailFaults(ChannelOptions channel)
    {
        if (channel.Host.Length == 0) yield return "Host is not set; write the mail server's name.";
        if (channel.Port == ImplicitTlsPort)
            yield return "Port is 465, which speaks TLS without STARTTLS; write the port for submission, mostly 587.";
        else if (channel.Port is < 1 or > 65535) yield return "Port is not from 1 to 65535.";
        if (channel.Username.Length == 0 != (channel.Password.Length == 0))
            yield return "Username and Password: set both or none.";
        if (!MailAddress.TryCreate(channel.From, out _)) yield return "From is no e-mail address.";
        var receivers = RouteOptions.Items(channel.To);
        if (receivers.Count == 0) yield return "To is not set; write e-mail addresses, comma separated.";
        else if (!receivers.All(receiver => MailAddress.TryCreate(receiver, out _))) yield return "To has what is no e-mail address.";
    }

    private IEnumerable<string> Faults(RouteOptions route, AlertOptions options)
    {
        var channels = RouteOptions.Items(route.Channels);
        if (channels.Count == 0) yield return "Channels is not set; name the channels it leads to, comma separated.";
        foreach (var channel in channels.Where(channel => !options.Channels.ContainsKey(channel)))
            yield return $"Channels names '{channel}', and there is no Alerts:Channels:{channel}.";
        foreach (var severity in RouteOptions.Items(route.Severities).Except(["warning", "critical"]))
            yield return $"Severities has '{severity}'; write warning, critical or both.";
        var datasets = contracts.Contracts.Select(contract => contract.Dataset).ToList();
        foreach (var dataset in RouteOptions.Items(route.Datasets).Except(datasets))
            yield return $"Datasets has '{dataset}'; the contracts are {string.Join(", ", datasets)}.";
    }
}
