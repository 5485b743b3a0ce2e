using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Pipeline.Sources.Sqs;

namespace Pipeline.App.Settings;

/// <summary>Checks <see cref="SqsOptions"/>; without queues nothing is drained, and nothing is asked of it.</summary>
public sealed class SqsSettingsValidator : IValidateOptions<SqsOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, SqsOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new(options), results, validateAllProperties: true);
        var faults = results.Select(result => $"Sqs: {result.ErrorMessage}").ToList();
        if (options.Endpoint is { } endpoint && !IsAllowed(endpoint))
            faults.Add("Sqs:Endpoint leaves this machine without TLS; write an https address.");
        foreach (var (queue, each) in options.Queues)
        {
            var at = $"Sqs:Queues:{queue}";
            if (each.Region.Length == 0) faults.Add($"Set {at}:Region to the queue's AWS region.");
            faults.AddRange(Faults($"{at}:Url", each.Url, options.Endpoint));
            if (each.DeadLetterUrl.Length > 0) faults.AddRange(Faults($"{at}:DeadLetterUrl", each.DeadLetterUrl, options.Endpoint));
            if (each.DeadLetterUrl == each.Url) faults.Add($"{at}:DeadLetterUrl is the queue itself; write the URL of another one.");
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    // With an endpoint the URL is only the queue's name.
    private static IEnumerable<string> Faults(string setting, string url, Uri? endpoint)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || !parsed.Scheme.StartsWith("http", StringComparison.Ordinal))
            yield return $"{setting} is no URL of a queue (https://sqs.<region>.amazonaws.com/<account>/<queue>).";
        else if (endpoint is null && !IsAllowed(parsed)) yield return $"{setting} leaves this machine without TLS; write an https address.";
    }

    private static bool IsAllowed(Uri address) => address.Scheme == Uri.UriSchemeHttps || Network.IsLoopback(address.Host);
}
