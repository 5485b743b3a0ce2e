using System.Runtime.CompilerServices;
using Pipeline.Sinks.Alerting;

namespace Pipeline.App.Cli.Doctor;

/// <summary>Every channel of the alerts: the way to its receiver, who is told nothing.</summary>
internal static class AlertChecks
{
    public static IEnumerable<Check> Of(Patient patient)
    {
        if (patient.Contracts.Faults.Count > 0 || !patient.Has<AlertOptions>(out var options)) yield break;
        foreach (var (name, channel) in options.Channels)
            yield return new($"alerts.{name}", $"Check Alerts:Channels:{name}.",
                stopping => ExamineAsync(patient, name, channel, stopping));
    }

    private static async IAsyncEnumerable<Finding> ExamineAsync(
        Patient patient, string name, ChannelOptions channel, [EnumeratorCancellation] CancellationToken stopping)
    {
        var check = $"alerts.{name}";
        var problem = await patient.Part<AlertChannels>().Find(name)!.ReachAsync(stopping);
        yield return problem is null
            ? Finding.Ok(check, $"The way to the {channel.Kind} receiver is open; send it a test alert by: pipeline alerts --test.")
            : Finding.Fault(check, problem, channel.Kind == ChannelKinds.Email
                ? $"Correct Host, Port, Username and Password of Alerts:Channels:{name}, or open the way to the mail server."
                : $"Correct Url of Alerts:Channels:{name}, or open the way to it (DNS, firewall, proxy, trusted authorities).");
    }
}
