using Pipeline.Domain.Alerts;

namespace Pipeline.Sinks.Alerting;

/// <summary>Which channels an alert goes to.</summary>
public sealed class AlertRoutes(AlertOptions options)
{
    /// <summary>Every channel, in the order of their names.</summary>
    public IReadOnlyList<string> Channels { get; } = [.. options.Channels.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The channels that any route leads to: those a test of all routes reaches.</summary>
    public IReadOnlyList<string> Reached =>
        options.Routes.Count == 0 ? Channels : [.. Channels.Where(channel => options.Routes.Any(route => Leads(route, channel)))];

    /// <summary>The channels of every route that an alert matches; that a channel fails goes to all others.</summary>
    /// <param name="severity"><c>warning</c> or <c>critical</c>.</param>
    /// <param name="dataset">Empty for the installation as a whole.</param>
    public IReadOnlyList<string> Of(string severity, string dataset, string code, string subject)
    {
        if (code == AlertCodes.AlertUndeliverable) return [.. Channels.Where(channel => channel != subject)];
        if (options.Routes.Count == 0) return Channels;
        var matching = options.Routes.Where(route =>
            Has(route.Severities, severity) && Has(route.Datasets, dataset) && HasPrefix(route.Codes, code)).ToList();
        return [.. Channels.Where(channel => matching.Any(route => Leads(route, channel)))];
    }

    private static bool Leads(RouteOptions route, string channel) => RouteOptions.Items(route.Channels).Contains(channel);

    private static bool Has(string list, string item) =>
        RouteOptions.Items(list) is var items && (items.Count == 0 || items.Contains(item));

    private static bool HasPrefix(string list, string code) =>
        RouteOptions.Items(list) is var items && (items.Count == 0 || items.Any(item => code.StartsWith(item, StringComparison.Ordinal)));
}
